/** The captures are told in collectFacts.ts. */
export const csharpQuery = `
(namespace_declaration name: (_) @name) @namespace
(file_scoped_namespace_declaration name: (_) @name) @namespace
(class_declaration name: (identifier) @name) @class
(struct_declaration name: (identifier) @name) @class
(record_declaration name: (identifier) @name) @class
(interface_declaration name: (identifier) @name) @interface
(enum_declaration name: (identifier) @name) @enum
(delegate_declaration name: (identifier) @name) @type
(method_declaration name: (identifier) @name) @method
(constructor_declaration name: (identifier) @name) @method
(local_function_statement name: (identifier) @name) @function
(property_declaration name: (identifier) @name) @variable
(event_field_declaration (variable_declaration (variable_declarator name: (identifier) @name))) @variable
(field_declaration (modifier "const") (variable_declaration (variable_declarator name: (identifier) @name))) @constant
(field_declaration (modifier "static") (modifier "readonly") (variable_declaration (variable_declarator name: (identifier) @name))) @constant

[
  (class_declaration (modifier "public"))
  (struct_declaration (modifier "public"))
  (record_declaration (modifier "public"))
  (interface_declaration (modifier "public"))
  (enum_declaration (modifier "public"))
  (delegate_declaration (modifier "public"))
  (method_declaration (modifier "public"))
  (constructor_declaration (modifier "public"))
  (property_declaration (modifier "public"))
  (field_declaration (modifier "public"))
] @exported

((method_declaration (attribute_list (attribute name: (identifier) @_mark))) @tested
  (#any-of? @_mark "Fact" "Theory" "Test" "TestCase" "TestMethod" "DataTestMethod" "TestCaseSource" "Property"))

(using_directive !name [(identifier) (qualified_name)] @specifier) @import
(using_directive name: (identifier) [(identifier) (qualified_name)] @specifier .) @import

(invocation_expression function: [(identifier) @call (generic_name (identifier) @call)])
(invocation_expression function: (member_access_expression
  expression: (identifier) @receiver
  name: [(identifier) @call (generic_name (identifier) @call)]))
(invocation_expression function: (member_access_expression
  expression: (member_access_expression name: (identifier) @receiver)
  name: [(identifier) @call (generic_name (identifier) @call)]))
(invocation_expression function: (member_access_expression
  expression: [(invocation_expression) (object_creation_expression) (element_access_expression) (parenthesized_expression) (await_expression) (string_literal)]
  name: [(identifier) @call (generic_name (identifier) @call)]))
(invocation_expression function: (member_access_expression . "." name: [(identifier) @call (generic_name (identifier) @call)]))
(invocation_expression function: (member_access_expression
  . ["this" "base"] @receiver
  name: [(identifier) @call (generic_name (identifier) @call)]))
(invocation_expression function: (conditional_access_expression (member_binding_expression name: (identifier) @call)))
(object_creation_expression type: [
  (identifier) @call
  (generic_name (identifier) @call)
  (qualified_name name: (identifier) @call)
])
`;
