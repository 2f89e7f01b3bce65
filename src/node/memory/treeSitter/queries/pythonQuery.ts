/** The captures are told in collectFacts.ts. A decorated definition comes first: its decorators are part of it. */
export const pythonQuery = `
(class_definition body: (block (decorated_definition definition: (function_definition name: (identifier) @name)) @method))
(class_definition body: (block (function_definition name: (identifier) @name) @method))
(decorated_definition definition: (function_definition name: (identifier) @name)) @function
(function_definition name: (identifier) @name) @function
(decorated_definition definition: (class_definition name: (identifier) @name)) @class
(class_definition name: (identifier) @name) @class
((module (expression_statement (assignment left: (identifier) @name) @constant)) (#match? @name "^_*[A-Z][A-Z0-9_]*$"))
((module (expression_statement (assignment left: (identifier) @name) @variable)) (#not-match? @name "^__"))

(import_statement name: (dotted_name) @specifier @import)
(import_statement name: (aliased_import name: (dotted_name) @specifier) @import)
(import_from_statement module_name: (_) @specifier) @import
(import_from_statement name: (dotted_name) @imported) @import
(import_from_statement name: (aliased_import name: (dotted_name) @imported)) @import

(call function: (identifier) @call)
(call function: (attribute object: (identifier) @receiver attribute: (identifier) @call))
(call function: (attribute object: (attribute attribute: (identifier) @receiver) attribute: (identifier) @call))
(call function: (attribute object: [(call) (subscript) (string) (await) (parenthesized_expression)] attribute: (identifier) @call))
`;
