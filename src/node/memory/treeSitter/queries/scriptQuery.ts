/**
 * TypeScript, TSX and JavaScript; the captures are told in collectFacts.ts. Where two patterns take the same node the first counts,
 * so that a constant which is a function is a function.
 */
export const scriptQuery = `
(function_declaration name: (identifier) @name) @function
(generator_function_declaration name: (identifier) @name) @function
(function_signature name: (identifier) @name) @function
(variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression) (generator_function)]) @function
((assignment_expression
  left: (member_expression object: (identifier) @container property: (property_identifier) @name)
  right: [(arrow_function) (function_expression) (generator_function)]) @method
  (#not-any-of? @container "exports" "module"))
((assignment_expression
  left: (member_expression
    object: (member_expression object: (identifier) @container property: (property_identifier) @_prototype)
    property: (property_identifier) @name)
  right: [(arrow_function) (function_expression) (generator_function)]) @method
  (#eq? @_prototype "prototype"))
(assignment_expression
  left: (member_expression property: (property_identifier) @name)
  right: [(arrow_function) (function_expression) (generator_function)]) @function

(class_declaration name: (type_identifier) @name) @class
(abstract_class_declaration name: (type_identifier) @name) @class
(variable_declarator name: (identifier) @name value: (class)) @class
(interface_declaration name: (type_identifier) @name) @interface
(type_alias_declaration name: (type_identifier) @name) @type
(enum_declaration name: (identifier) @name) @enum
(internal_module name: (_) @name) @module
(module name: (string (string_fragment) @name)) @module
(module name: [(identifier) (nested_identifier)] @name) @module

(method_definition name: (_) @name) @method
(abstract_method_signature name: (_) @name) @method
(public_field_definition name: (_) @name value: [(arrow_function) (function_expression)]) @method
(pair key: (property_identifier) @name value: [(arrow_function) (function_expression) (generator_function)]) @method

(program (lexical_declaration kind: "const" (variable_declarator name: (identifier) @name) @constant))
(program (lexical_declaration kind: "let" (variable_declarator name: (identifier) @name) @variable))
(program (variable_declaration (variable_declarator name: (identifier) @name) @variable))
(program (export_statement (lexical_declaration kind: "const" (variable_declarator name: (identifier) @name) @constant)))
(program (export_statement (lexical_declaration kind: "let" (variable_declarator name: (identifier) @name) @variable)))
(program (export_statement (variable_declaration (variable_declarator name: (identifier) @name) @variable)))

((call_expression
  function: [
    (identifier) @_runner
    (member_expression object: (identifier) @_runner)
    (member_expression object: (member_expression object: (identifier) @_runner))
    (call_expression function: (member_expression object: (identifier) @_runner))
  ]
  arguments: (arguments
    . [(string (string_fragment) @name) (template_string) @name]
    [(arrow_function) (function_expression)])) @test
  (#any-of? @_runner "test" "it" "describe" "suite" "context" "specify" "bench"))

(export_statement declaration: (_) @exported)
(export_statement declaration: (_ (variable_declarator) @exported))
(export_statement !source (export_clause (export_specifier name: (identifier) @exportedName)))
(export_statement value: (identifier) @exportedName)
((assignment_expression
  left: (member_expression object: [(identifier) @_exports (member_expression object: (identifier) @_module)]) ) @exported
  (#any-of? @_exports "exports" "module"))
((assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @_exports)
  right: [
    (identifier) @exportedName
    (object (shorthand_property_identifier) @exportedName)
    (object (pair value: (identifier) @exportedName))
  ])
  (#eq? @_module "module") (#eq? @_exports "exports"))

(import_statement source: (string (string_fragment) @specifier)) @import
(import_statement (import_require_clause source: (string (string_fragment) @specifier))) @import
(import_statement (import_clause (identifier) @imported)) @import
(import_statement (import_clause (named_imports (import_specifier name: (_) @imported)))) @import
(export_statement source: (string (string_fragment) @specifier)) @import
(export_statement (export_clause (export_specifier name: (_) @imported)) source: (_)) @import
((call_expression function: (identifier) @_require arguments: (arguments . (string (string_fragment) @specifier))) @import
  (#eq? @_require "require"))
(call_expression function: (import) arguments: (arguments . (string (string_fragment) @specifier))) @import
(variable_declarator
  name: (object_pattern [
    (shorthand_property_identifier_pattern) @imported
    (pair_pattern key: (property_identifier) @imported)
    (object_assignment_pattern left: (shorthand_property_identifier_pattern) @imported)
  ])
  value: [(call_expression) @import (await_expression (call_expression) @import)])

(call_expression function: (identifier) @call)
(call_expression function: (member_expression
  object: [(identifier) (this) (super)] @receiver
  property: [(property_identifier) (private_property_identifier)] @call))
(call_expression function: (member_expression
  object: (member_expression property: [(property_identifier) (private_property_identifier)] @receiver)
  property: [(property_identifier) (private_property_identifier)] @call))
(call_expression function: (member_expression
  object: [
    (call_expression) (new_expression) (subscript_expression) (parenthesized_expression) (array) (string)
    (template_string) (regex) (non_null_expression)
  ]
  property: [(property_identifier) (private_property_identifier)] @call))
(new_expression constructor: (identifier) @call)
(new_expression constructor: (member_expression property: (property_identifier) @call))
`;

/** What JSX adds: to show a component is to call it. */
export const jsxQuery = `
((jsx_opening_element name: (identifier) @call) (#match? @call "^[A-Z]"))
((jsx_self_closing_element name: (identifier) @call) (#match? @call "^[A-Z]"))
`;
