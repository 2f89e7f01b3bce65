/** The captures are told in collectFacts.ts. */
export const goQuery = `
(function_declaration name: (identifier) @name) @function
(method_declaration
  receiver: (parameter_list (parameter_declaration type: [
    (type_identifier) @container
    (pointer_type (type_identifier) @container)
    (generic_type type: (type_identifier) @container)
    (pointer_type (generic_type type: (type_identifier) @container))
  ]))
  name: (field_identifier) @name) @method
(type_spec name: (type_identifier) @name type: (struct_type)) @class
(type_spec name: (type_identifier) @name type: (interface_type)) @interface
(type_spec name: (type_identifier) @name) @type
(type_alias name: (type_identifier) @name) @type
(method_elem name: (field_identifier) @name) @method
(source_file (const_declaration (const_spec name: (identifier) @name) @constant))
(source_file (var_declaration (var_spec name: (identifier) @name) @variable))
(source_file (var_declaration (var_spec_list (var_spec name: (identifier) @name) @variable)))
((call_expression
  function: (selector_expression operand: (identifier) @_receiver field: (field_identifier) @_run)
  arguments: (argument_list . (interpreted_string_literal (interpreted_string_literal_content) @name) (func_literal))) @test
  (#any-of? @_receiver "t" "b") (#eq? @_run "Run"))

(import_spec path: (_ [(interpreted_string_literal_content) (raw_string_literal_content)] @specifier)) @import

(call_expression function: (identifier) @call)
(call_expression function: (selector_expression operand: (identifier) @receiver field: (field_identifier) @call))
(call_expression function: (selector_expression
  operand: (selector_expression field: (field_identifier) @receiver) field: (field_identifier) @call))
(call_expression function: (selector_expression
  operand: [(call_expression) (index_expression) (parenthesized_expression) (type_assertion_expression)]
  field: (field_identifier) @call))
(type_conversion_expression type: (generic_type type: (type_identifier) @call))
(composite_literal type: (type_identifier) @call)
`;
