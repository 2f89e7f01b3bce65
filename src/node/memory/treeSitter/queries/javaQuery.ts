/** The captures are told in collectFacts.ts. */
export const javaQuery = `
(class_declaration name: (identifier) @name) @class
(record_declaration name: (identifier) @name) @class
(interface_declaration name: (identifier) @name) @interface
(annotation_type_declaration name: (identifier) @name) @interface
(enum_declaration name: (identifier) @name) @enum
(method_declaration name: (identifier) @name) @method
(constructor_declaration name: (identifier) @name) @method
(compact_constructor_declaration name: (identifier) @name) @method
(annotation_type_element_declaration name: (identifier) @name) @method
(field_declaration (modifiers "static" "final") declarator: (variable_declarator name: (identifier) @name)) @constant
(interface_body (constant_declaration declarator: (variable_declarator name: (identifier) @name)) @constant)

[
  (class_declaration (modifiers "public"))
  (record_declaration (modifiers "public"))
  (interface_declaration (modifiers "public"))
  (annotation_type_declaration (modifiers "public"))
  (enum_declaration (modifiers "public"))
  (method_declaration (modifiers "public"))
  (constructor_declaration (modifiers "public"))
  (field_declaration (modifiers "public"))
] @exported

((method_declaration (modifiers [
  (marker_annotation name: (identifier) @_mark)
  (annotation name: (identifier) @_mark)
])) @tested
  (#any-of? @_mark "Test" "ParameterizedTest" "RepeatedTest" "TestFactory" "TestTemplate" "Property"))

(import_declaration (scoped_identifier) @specifier .) @import
(import_declaration (identifier) @specifier .) @import
(import_declaration (scoped_identifier) @specifier . (asterisk) @wildcard) @import
(import_declaration (identifier) @specifier . (asterisk) @wildcard) @import
(import_declaration (scoped_identifier name: (identifier) @imported) .) @import

(method_invocation !object name: (identifier) @call)
(method_invocation object: [(identifier) (this) (super)] @receiver name: (identifier) @call)
(method_invocation object: (field_access field: (identifier) @receiver) name: (identifier) @call)
(method_invocation
  object: [(method_invocation) (object_creation_expression) (array_access) (parenthesized_expression) (string_literal) (cast_expression)]
  name: (identifier) @call)
(method_reference [(identifier) (this) (super)] @receiver . (identifier) @call)
(object_creation_expression type: [
  (type_identifier) @call
  (generic_type (type_identifier) @call)
  (scoped_type_identifier (type_identifier) @call .)
])
`;
