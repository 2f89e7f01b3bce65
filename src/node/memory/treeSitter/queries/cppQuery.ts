/**
 * C and C++; the captures are told in collectFacts.ts. A declarator may stand inside of a pointer or a reference, twice at most.
 */
const declarators = (pattern: string, parent: string, capture: string): string => `
(${parent} declarator: ${pattern}) ${capture}
(${parent} declarator: (_ ${pattern})) ${capture}
(${parent} declarator: (_ (_ ${pattern}))) ${capture}
`;

const plain = '(function_declarator declarator: (identifier) @name)';
const inside = '(function_declarator declarator: [(field_identifier) (destructor_name) (operator_name)] @name)';
const qualified = `(function_declarator declarator: [
  (qualified_identifier
    scope: [(namespace_identifier) @container (template_type name: (type_identifier) @container)]
    name: [(identifier) (destructor_name) (operator_name)] @name)
  (qualified_identifier name: (qualified_identifier
    scope: [(namespace_identifier) @container (template_type name: (type_identifier) @container)]
    name: [(identifier) (destructor_name) (operator_name)] @name))
])`;

const testMacros = '"TEST" "TEST_F" "TEST_P" "TYPED_TEST" "TYPED_TEST_P" "BENCHMARK_F"';

export const cppQuery = `
((function_definition declarator: (function_declarator
  declarator: (identifier) @_macro
  parameters: (parameter_list . (parameter_declaration type: (_) @container) . (parameter_declaration type: (_) @name)))) @test
  (#any-of? @_macro ${testMacros}))
((expression_statement (call_expression
    function: (identifier) @_macro
    arguments: (argument_list . (string_literal (string_content) @name))))
  . (compound_statement) @test
  (#any-of? @_macro "TEST_CASE" "SCENARIO" "SECTION"))

(field_declaration_list (function_definition declarator: ${plain}) @method)
(field_declaration_list (declaration declarator: ${plain}) @method)
${declarators(qualified, 'function_definition', '@method')}
${declarators(inside, 'function_definition', '@method')}
${declarators(inside, 'field_declaration', '@method')}
(declaration declarator: (function_declarator declarator: (destructor_name) @name)) @method
((function_definition declarator: ${plain}) @function (#not-any-of? @name ${testMacros}))
(function_definition declarator: (_ ${plain})) @function
(function_definition declarator: (_ (_ ${plain}))) @function
(translation_unit (declaration declarator: ${plain}) @function)
(translation_unit (declaration declarator: (_ ${plain})) @function)
(declaration_list (declaration declarator: ${plain}) @function)
(declaration_list (declaration declarator: (_ ${plain})) @function)
(preproc_ifdef (declaration declarator: ${plain}) @function)
(preproc_ifdef (declaration declarator: (_ ${plain})) @function)

(namespace_definition name: (_) @name) @namespace
(class_specifier name: [(type_identifier) @name (template_type name: (type_identifier) @name)] body: (_)) @class
(struct_specifier name: [(type_identifier) @name (template_type name: (type_identifier) @name)] body: (_)) @class
(union_specifier name: (type_identifier) @name body: (_)) @class
(enum_specifier name: (type_identifier) @name body: (_)) @enum
(concept_definition name: (identifier) @name) @interface
(type_definition declarator: (type_identifier) @name) @type
(alias_declaration name: (type_identifier) @name) @type
(preproc_function_def name: (identifier) @name) @function
((preproc_def name: (identifier) @name value: (_)) @constant)
(translation_unit (declaration declarator: (init_declarator declarator: (identifier) @name)) @variable)
(declaration_list (declaration declarator: (init_declarator declarator: (identifier) @name)) @variable)

(preproc_include path: [(system_lib_string) (string_literal)] @specifier) @import

(call_expression function: (identifier) @call)
(call_expression function: (field_expression argument: [(identifier) (this)] @receiver field: (field_identifier) @call))
(call_expression function: (field_expression
  argument: (field_expression field: (field_identifier) @receiver) field: (field_identifier) @call))
(call_expression function: (field_expression
  argument: [(call_expression) (subscript_expression) (parenthesized_expression) (pointer_expression)]
  field: (field_identifier) @call))
(call_expression function: (qualified_identifier
  scope: [(namespace_identifier) @receiver (template_type name: (type_identifier) @receiver)]
  name: [(identifier) @call (template_function name: (identifier) @call)]))
(call_expression function: (qualified_identifier name: (qualified_identifier
  scope: [(namespace_identifier) @receiver (template_type name: (type_identifier) @receiver)]
  name: [(identifier) @call (template_function name: (identifier) @call)])))
(call_expression function: (template_function name: (identifier) @call))
(new_expression type: (type_identifier) @call)
`;
