// The kinds of nodes of the Java grammar, by the names tree-sitter-java 0.23.5 gives them. A name that the grammar has
// and this list has not becomes Kind::other; punctuation is left out of the tree.
#pragma once

#include <cstdint>
#include <string_view>

namespace sampan::scan::java {

// X(enumerator, name in the grammar)
#define SCAN_JAVA_KINDS(X)                                              \
  X(error, "ERROR")                                                     \
  X(program, "program")                                                 \
  X(annotated_type, "annotated_type")                                   \
  X(annotation, "annotation")                                           \
  X(annotation_argument_list, "annotation_argument_list")               \
  X(annotation_type_body, "annotation_type_body")                       \
  X(annotation_type_declaration, "annotation_type_declaration")         \
  X(annotation_type_element, "annotation_type_element_declaration")     \
  X(argument_list, "argument_list")                                     \
  X(array_access, "array_access")                                       \
  X(array_creation, "array_creation_expression")                        \
  X(array_initializer, "array_initializer")                             \
  X(array_type, "array_type")                                           \
  X(assert_statement, "assert_statement")                               \
  X(assignment, "assignment_expression")                                \
  X(asterisk, "asterisk")                                               \
  X(binary_expression, "binary_expression")                             \
  X(block, "block")                                                     \
  X(boolean_type, "boolean_type")                                       \
  X(break_statement, "break_statement")                                 \
  X(cast_expression, "cast_expression")                                 \
  X(catch_clause, "catch_clause")                                       \
  X(catch_formal_parameter, "catch_formal_parameter")                   \
  X(catch_type, "catch_type")                                           \
  X(character_literal, "character_literal")                             \
  X(class_body, "class_body")                                           \
  X(class_declaration, "class_declaration")                             \
  X(class_literal, "class_literal")                                     \
  X(compact_constructor, "compact_constructor_declaration")             \
  X(constant_declaration, "constant_declaration")                       \
  X(constructor_body, "constructor_body")                               \
  X(constructor_declaration, "constructor_declaration")                 \
  X(continue_statement, "continue_statement")                           \
  X(binary_integer, "binary_integer_literal")                           \
  X(decimal_floating, "decimal_floating_point_literal")                 \
  X(decimal_integer, "decimal_integer_literal")                         \
  X(dimensions, "dimensions")                                           \
  X(dimensions_expr, "dimensions_expr")                                 \
  X(do_statement, "do_statement")                                       \
  X(element_value_array, "element_value_array_initializer")             \
  X(element_value_pair, "element_value_pair")                           \
  X(enhanced_for, "enhanced_for_statement")                             \
  X(enum_body, "enum_body")                                             \
  X(enum_body_declarations, "enum_body_declarations")                   \
  X(enum_constant, "enum_constant")                                     \
  X(enum_declaration, "enum_declaration")                               \
  X(explicit_constructor_invocation, "explicit_constructor_invocation") \
  X(expression_statement, "expression_statement")                       \
  X(extends_interfaces, "extends_interfaces")                           \
  X(false_literal, "false")                                             \
  X(field_access, "field_access")                                       \
  X(field_declaration, "field_declaration")                             \
  X(finally_clause, "finally_clause")                                   \
  X(floating_point_type, "floating_point_type")                         \
  X(for_statement, "for_statement")                                     \
  X(formal_parameter, "formal_parameter")                               \
  X(formal_parameters, "formal_parameters")                             \
  X(generic_type, "generic_type")                                       \
  X(guard, "guard")                                                     \
  X(hex_floating, "hex_floating_point_literal")                         \
  X(hex_integer, "hex_integer_literal")                                 \
  X(identifier, "identifier")                                           \
  X(if_statement, "if_statement")                                       \
  X(import_declaration, "import_declaration")                           \
  X(inferred_parameters, "inferred_parameters")                         \
  X(instanceof_expression, "instanceof_expression")                     \
  X(integral_type, "integral_type")                                     \
  X(interface_body, "interface_body")                                   \
  X(interface_declaration, "interface_declaration")                     \
  X(labeled_statement, "labeled_statement")                             \
  X(lambda, "lambda_expression")                                        \
  X(local_variable, "local_variable_declaration")                       \
  X(marker_annotation, "marker_annotation")                             \
  X(method_declaration, "method_declaration")                           \
  X(method_invocation, "method_invocation")                             \
  X(method_reference, "method_reference")                               \
  X(modifiers, "modifiers")                                             \
  X(module_declaration, "module_declaration")                           \
  X(null_literal, "null_literal")                                       \
  X(object_creation, "object_creation_expression")                      \
  X(octal_integer, "octal_integer_literal")                             \
  X(package_declaration, "package_declaration")                         \
  X(parenthesized, "parenthesized_expression")                          \
  X(pattern, "pattern")                                                 \
  X(permits, "permits")                                                 \
  X(receiver_parameter, "receiver_parameter")                           \
  X(record_declaration, "record_declaration")                           \
  X(record_pattern, "record_pattern")                                   \
  X(record_pattern_body, "record_pattern_body")                         \
  X(record_pattern_component, "record_pattern_component")               \
  X(resource, "resource")                                               \
  X(resource_specification, "resource_specification")                   \
  X(return_statement, "return_statement")                               \
  X(scoped_identifier, "scoped_identifier")                             \
  X(scoped_type_identifier, "scoped_type_identifier")                   \
  X(spread_parameter, "spread_parameter")                               \
  X(static_initializer, "static_initializer")                           \
  X(string_literal, "string_literal")                                   \
  X(super_, "super")                                                    \
  X(super_interfaces, "super_interfaces")                               \
  X(superclass, "superclass")                                           \
  X(switch_block, "switch_block")                                       \
  X(switch_group, "switch_block_statement_group")                       \
  X(switch_expression, "switch_expression")                             \
  X(switch_label, "switch_label")                                       \
  X(switch_rule, "switch_rule")                                         \
  X(synchronized_statement, "synchronized_statement")                   \
  X(template_expression, "template_expression")                         \
  X(ternary, "ternary_expression")                                      \
  X(this_, "this")                                                      \
  X(throw_statement, "throw_statement")                                 \
  X(throws, "throws")                                                   \
  X(true_literal, "true")                                               \
  X(try_statement, "try_statement")                                     \
  X(try_with_resources, "try_with_resources_statement")                 \
  X(type_arguments, "type_arguments")                                   \
  X(type_identifier, "type_identifier")                                 \
  X(type_list, "type_list")                                             \
  X(type_parameter, "type_parameter")                                   \
  X(type_parameters, "type_parameters")                                 \
  X(type_pattern, "type_pattern")                                       \
  X(unary_expression, "unary_expression")                               \
  X(underscore_pattern, "underscore_pattern")                           \
  X(update_expression, "update_expression")                             \
  X(variable_declarator, "variable_declarator")                         \
  X(void_type, "void_type")                                             \
  X(while_statement, "while_statement")                                 \
  X(wildcard, "wildcard")                                               \
  X(yield_statement, "yield_statement")                                 \
  X(kw_abstract, "abstract")                                            \
  X(kw_annotation, "@interface")                                        \
  X(kw_class, "class")                                                  \
  X(kw_default, "default")                                              \
  X(kw_enum, "enum")                                                    \
  X(kw_final, "final")                                                  \
  X(kw_interface, "interface")                                          \
  X(kw_native, "native")                                                \
  X(kw_private, "private")                                              \
  X(kw_protected, "protected")                                          \
  X(kw_public, "public")                                                \
  X(kw_record, "record")                                                \
  X(kw_static, "static")                                                \
  X(kw_synchronized, "synchronized")                                    \
  X(kw_transient, "transient")                                          \
  X(kw_volatile, "volatile")                                            \
  X(op_assign, "=")                                                     \
  X(op_plus, "+")                                                       \
  X(op_minus, "-")                                                      \
  X(op_times, "*")                                                      \
  X(op_divide, "/")                                                     \
  X(op_modulo, "%")                                                     \
  X(op_not, "!")                                                        \
  X(op_and, "&&")                                                       \
  X(op_or, "||")                                                        \
  X(op_equal, "==")                                                     \
  X(op_not_equal, "!=")                                                 \
  X(op_less, "<")                                                       \
  X(op_greater, ">")                                                    \
  X(op_less_equal, "<=")                                                \
  X(op_greater_equal, ">=")

enum class Kind : std::uint16_t {
  other,
#define SCAN_ENUMERATOR(name, text) name,
  SCAN_JAVA_KINDS(SCAN_ENUMERATOR)
#undef SCAN_ENUMERATOR
};
inline constexpr std::size_t kKinds = static_cast<std::size_t>(Kind::op_greater_equal) + 1;

// X(enumerator): the fields of nodes that rules ask for. The enumerator is the grammar's name, but for a trailing "_".
// clang-format off
#define SCAN_JAVA_FIELDS(X)                                                                                        \
  X(alternative) X(arguments) X(array) X(body) X(condition) X(consequence) X(declarator) X(dimensions) X(element)  \
  X(field) X(index) X(init) X(interfaces) X(key) X(left) X(name) X(object) X(operand) X(operator_) X(parameters)   \
  X(right) X(superclass) X(type) X(type_parameters) X(update) X(value)
// clang-format on

enum class Field : std::uint16_t {
  none,
#define SCAN_ENUMERATOR(name) name,
  SCAN_JAVA_FIELDS(SCAN_ENUMERATOR)
#undef SCAN_ENUMERATOR
};

}  // namespace sampan::scan::java
