// What the names of one file mean, as far as the file itself tells: its package and imports, and every variable
// with its type and scope. No other file is read: a type from elsewhere is known by its import only.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "scan/java/tree.h"

namespace sampan::scan::java {

struct Import {
  std::string name;  // "java.util.List"; of `import a.b.*;` it is "a.b"
  bool on_demand = false, is_static = false;
  Node node;
};

struct Variable {
  enum class Kind { field, local, parameter, lambda_parameter, pattern };
  Kind kind = Kind::local;
  std::string_view name;
  Node name_node;
  Node type;        // none: inferred (lambda x -> ...)
  Node declarator;  // variable_declarator, formal_parameter, resource ...: what carries the name
  Node owner;       // field_declaration, local_variable_declaration ...: what carries type and modifiers
  Span scope;
  bool array = false;  // brackets behind the name
};

class Names {
 public:
  explicit Names(const Tree& tree);

  std::string_view package() const { return package_; }
  const std::vector<Import>& imports() const { return imports_; }
  bool imports_name(std::string_view qualified) const;  // by its name or on demand

  const std::vector<Variable>& variables() const { return variables_; }
  // The variable an identifier, or the field of `this.x`, stands for; nullptr: none of this file.
  const Variable* resolve(Node expression) const;

  // Is this type (or the head of this generic type) the one of that full name?
  bool is_type(Node type, std::string_view qualified) const;
  // "java.util.List" for what the imports, java.lang and JDK packages imported on demand tell; else the text as
  // written.
  std::string qualified(std::string_view simple) const;
  bool declares_type(std::string_view simple) const;

 private:
  void read_heading(const Tree& tree);
  void read_variables(const Tree& tree);
  void add(Variable::Kind kind, Node name, Node type, Node declarator, Node owner);

  std::string package_;
  std::vector<Import> imports_;
  std::vector<Variable> variables_;
  std::unordered_multimap<std::string_view, std::size_t> by_name_;
  std::vector<std::string_view> own_types_;
};

// A type's text without type arguments, annotations and brackets: "Map.Entry" of `Map.Entry<String, X>[]`.
std::string type_name(Node type);
// Its last part: "Entry".
std::string simple_name(Node type);
// The arguments of a generic type: `String` and `X` above.
std::vector<Node> type_arguments(Node type);

}  // namespace sampan::scan::java
