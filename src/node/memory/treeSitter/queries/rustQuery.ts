/** The captures are told in collectFacts.ts. */
export const rustQuery = `
(impl_item type: [
  (type_identifier) @name
  (generic_type type: (type_identifier) @name)
  (scoped_type_identifier name: (type_identifier) @name)
  (generic_type type: (scoped_type_identifier name: (type_identifier) @name))
  (reference_type type: (type_identifier) @name)
]) @scope
(impl_item body: (declaration_list (function_item name: (identifier) @name) @method))
(trait_item body: (declaration_list [(function_item name: (identifier) @name) (function_signature_item name: (identifier) @name)] @method))
(function_item name: (identifier) @name) @function
(function_signature_item name: (identifier) @name) @function
(macro_definition name: (identifier) @name) @function
(struct_item name: (type_identifier) @name) @class
(union_item name: (type_identifier) @name) @class
(enum_item name: (type_identifier) @name) @enum
(trait_item name: (type_identifier) @name) @interface
(source_file (type_item name: (type_identifier) @name) @type)
(mod_item name: (identifier) @name body: (_)) @module
(const_item name: (identifier) @name) @constant
(static_item name: (identifier) @name) @variable

(function_item (visibility_modifier)) @exported
(struct_item (visibility_modifier)) @exported
(enum_item (visibility_modifier)) @exported
(union_item (visibility_modifier)) @exported
(trait_item (visibility_modifier)) @exported
(type_item (visibility_modifier)) @exported
(mod_item (visibility_modifier)) @exported
(const_item (visibility_modifier)) @exported
(static_item (visibility_modifier)) @exported

((attribute_item (attribute [(identifier) @_mark (scoped_identifier name: (identifier) @_mark)]))
  . (attribute_item)* . (function_item) @tested
  (#any-of? @_mark "test" "rstest" "test_case" "bench" "proptest" "quickcheck"))

(use_declaration argument: (_) @specifier) @import
(mod_item name: (identifier) @specifier !body) @import
(extern_crate_declaration name: (identifier) @specifier) @import

(call_expression function: (identifier) @call)
(call_expression function: (scoped_identifier path: (identifier) @receiver name: (identifier) @call))
(call_expression function: (scoped_identifier path: (scoped_identifier name: (identifier) @receiver) name: (identifier) @call))
(call_expression function: (scoped_identifier path: [(self) (super) (crate)] @receiver name: (identifier) @call))
(call_expression function: (scoped_identifier path: (generic_type type: (type_identifier) @receiver) name: (identifier) @call))
(call_expression function: (field_expression value: [(identifier) (self)] @receiver field: (field_identifier) @call))
(call_expression function: (field_expression
  value: (field_expression field: (field_identifier) @receiver) field: (field_identifier) @call))
(call_expression function: (field_expression
  value: [(call_expression) (await_expression) (try_expression) (index_expression) (parenthesized_expression) (macro_invocation)]
  field: (field_identifier) @call))
(call_expression function: (generic_function function: [
  (identifier) @call
  (scoped_identifier name: (identifier) @call)
  (field_expression field: (field_identifier) @call)
]))
(struct_expression name: (type_identifier) @call)
(macro_invocation macro: [(identifier) @call (scoped_identifier name: (identifier) @call)])
`;
