#include "scan/java/names.h"

#include <algorithm>
#include <array>

namespace sampan::scan::java {

namespace {

std::string without_spaces(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') out += c;
  }
  return out;
}

Node head_of_type(Node type) {
  while (type.is(Kind::annotated_type, Kind::array_type, Kind::generic_type)) {
    Node inner = type.is(Kind::array_type) ? type.child(Field::element) : Node();
    for (Node at : type.children()) {
      if (!inner && !at.is(Kind::annotation, Kind::marker_annotation, Kind::type_arguments)) inner = at;
    }
    if (!inner) break;
    type = inner;
  }
  return type;
}

// Where a variable can be seen: from its name (fields: everywhere) to the end of the construct that holds it.
Span scope_of(Variable::Kind kind, Node name, Node owner) {
  Node holder;
  if (kind == Variable::Kind::field) {
    holder = owner.ancestor(Kind::class_body, Kind::interface_body, Kind::enum_body, Kind::annotation_type_body,
                            Kind::record_declaration);
    return {holder.start(), holder.end()};
  }
  if (kind == Variable::Kind::parameter || kind == Variable::Kind::lambda_parameter) {
    holder = owner.ancestor(Kind::method_declaration, Kind::constructor_declaration, Kind::lambda, Kind::catch_clause,
                            Kind::record_declaration);
    if (owner.is(Kind::enhanced_for)) holder = owner;
  } else if (owner.is(Kind::resource)) {
    holder = owner.ancestor(Kind::try_with_resources);
  } else if (owner.parent().is(Kind::for_statement)) {
    holder = owner.parent();
  } else {
    holder = owner.ancestor(Kind::block, Kind::constructor_body, Kind::switch_group, Kind::switch_rule, Kind::lambda,
                            Kind::class_body, Kind::program);
    if (holder.is(Kind::switch_group)) holder = holder.parent();
  }
  return {name.start(), holder.end()};
}

constexpr std::array kJavaLang = {
    "Boolean", "Byte",   "Character", "Double",   "Exception", "Float",       "InheritableThreadLocal",
    "Integer", "Long",   "Math",      "Object",   "Runnable",  "Runtime",     "RuntimeException",
    "Short",   "String", "System",    "Thread",   "Throwable", "ThreadLocal", "StringBuilder",
    "Error",   "Number", "Iterable",  "Override", "Void",      "Class",       "Enum",
};

// JDK types that rules ask for, so that `import java.util.*;` names them.
constexpr std::array kJdk = {
    "java.util.ArrayList",
    "java.util.Arrays",
    "java.util.Collection",
    "java.util.Date",
    "java.util.Deque",
    "java.util.HashMap",
    "java.util.Iterator",
    "java.util.LinkedHashMap",
    "java.util.LinkedList",
    "java.util.List",
    "java.util.Map",
    "java.util.Optional",
    "java.util.Queue",
    "java.util.Random",
    "java.util.Set",
    "java.util.Timer",
    "java.util.TreeMap",
    "java.util.concurrent.Callable",
    "java.util.concurrent.ConcurrentHashMap",
    "java.util.concurrent.ConcurrentMap",
    "java.util.concurrent.CountDownLatch",
    "java.util.concurrent.ExecutorService",
    "java.util.concurrent.Executors",
    "java.util.concurrent.Future",
    "java.util.concurrent.RejectedExecutionHandler",
    "java.util.concurrent.ScheduledThreadPoolExecutor",
    "java.util.concurrent.ThreadFactory",
    "java.util.concurrent.ThreadPoolExecutor",
    "java.util.concurrent.atomic.AtomicReference",
    "java.util.concurrent.locks.Lock",
    "java.util.concurrent.locks.ReadWriteLock",
    "java.util.concurrent.locks.ReentrantLock",
    "java.util.concurrent.locks.ReentrantReadWriteLock",
    "java.util.function.Supplier",
    "java.util.regex.Pattern",
    "java.math.BigDecimal",
    "java.text.SimpleDateFormat",
};

}  // namespace

Names::Names(const Tree& tree) {
  read_heading(tree);
  read_variables(tree);
}

void Names::read_heading(const Tree& tree) {
  for (Node node : tree.all(Kind::package_declaration)) {
    Node name = node.child(Kind::scoped_identifier);
    package_ = without_spaces((name ? name : node.child(Kind::identifier)).text());
  }
  for (Node node : tree.all(Kind::import_declaration)) {
    Import import;
    import.node = node;
    Node name = node.child(Kind::scoped_identifier);
    import.name = without_spaces((name ? name : node.child(Kind::identifier)).text());
    import.on_demand = static_cast<bool>(node.child(Kind::asterisk));
    import.is_static = static_cast<bool>(node.child(Kind::kw_static));
    imports_.push_back(std::move(import));
  }
  for (const Kind kind : {Kind::class_declaration, Kind::interface_declaration, Kind::enum_declaration,
                          Kind::record_declaration, Kind::annotation_type_declaration}) {
    for (Node node : tree.all(kind)) own_types_.push_back(node.child(Field::name).text());
  }
}

void Names::add(Variable::Kind kind, Node name, Node type, Node declarator, Node owner) {
  if (!name.is(Kind::identifier)) return;  // `_` of Java 21 names nothing
  Variable variable;
  variable.kind = kind;
  variable.name = name.text();
  variable.name_node = name;
  variable.type = type;
  variable.declarator = declarator;
  variable.owner = owner;
  variable.scope = scope_of(kind, name, owner);
  variable.array = static_cast<bool>(declarator.child(Field::dimensions));
  by_name_.emplace(variable.name, variables_.size());
  variables_.push_back(variable);
}

void Names::read_variables(const Tree& tree) {
  using V = Variable::Kind;
  for (Node node : tree.all(Kind::variable_declarator)) {
    const Node owner = node.parent();
    if (owner.is(Kind::spread_parameter)) {
      Node type;
      for (Node at : owner.children()) {
        if (!type && !at.is(Kind::modifiers, Kind::annotation, Kind::marker_annotation)) type = at;
      }
      add(V::parameter, node.child(Field::name), type, node, owner);
    } else {
      const bool field = owner.is(Kind::field_declaration, Kind::constant_declaration);
      add(field ? V::field : V::local, node.child(Field::name), owner.child(Field::type), node, owner);
    }
  }
  for (Node node : tree.all(Kind::formal_parameter)) {
    const bool component = node.parent().parent().is(Kind::record_declaration);
    add(component ? V::field : V::parameter, node.child(Field::name), node.child(Field::type), node, node);
  }
  for (Node node : tree.all(Kind::catch_formal_parameter))
    add(V::parameter, node.child(Field::name), node.child(Kind::catch_type).first(), node, node);
  for (Node node : tree.all(Kind::enhanced_for))
    add(V::parameter, node.child(Field::name), node.child(Field::type), node, node);
  for (Node node : tree.all(Kind::resource))
    add(V::local, node.child(Field::name), node.child(Field::type), node, node);
  for (Node node : tree.all(Kind::lambda)) {
    const Node parameters = node.child(Field::parameters);
    if (parameters.is(Kind::identifier)) add(V::lambda_parameter, parameters, {}, parameters, parameters);
    if (!parameters.is(Kind::inferred_parameters)) continue;
    for (Node name : parameters.children()) add(V::lambda_parameter, name, {}, name, name);
  }
  for (Node node : tree.all(Kind::instanceof_expression))
    add(V::pattern, node.child(Field::name), node.child(Field::right), node, node);
  for (const Kind kind : {Kind::type_pattern, Kind::record_pattern_component}) {
    for (Node node : tree.all(kind)) add(V::pattern, node.child(Kind::identifier), node.first(), node, node);
  }
}

const Variable* Names::resolve(Node expression) const {
  bool only_fields = false;
  if (expression.is(Kind::field_access) && expression.child(Field::object).is(Kind::this_)) {
    expression = expression.child(Field::field);
    only_fields = true;
  }
  if (!expression.is(Kind::identifier)) return nullptr;
  const Variable* best = nullptr;
  const auto [from, to] = by_name_.equal_range(expression.text());
  for (auto it = from; it != to && expression.tree()->spend(); ++it) {
    const Variable& candidate = variables_[it->second];
    if (only_fields && candidate.kind != Variable::Kind::field) continue;
    const bool seen = candidate.scope.start <= expression.start() && expression.end() <= candidate.scope.end;
    if (seen && (!best || candidate.scope.start > best->scope.start)) best = &candidate;
  }
  return best;
}

bool Names::declares_type(std::string_view simple) const {
  return std::find(own_types_.begin(), own_types_.end(), simple) != own_types_.end();
}

bool Names::imports_name(std::string_view qualified) const {
  const auto dot = qualified.rfind('.');
  return std::any_of(imports_.begin(), imports_.end(), [&](const Import& import) {
    if (import.is_static) return false;
    return import.on_demand ? import.name == qualified.substr(0, dot) : import.name == qualified;
  });
}

std::string Names::qualified(std::string_view simple) const {
  if (simple.find('.') != std::string_view::npos || declares_type(simple)) return std::string(simple);
  const std::string ending = "." + std::string(simple);
  for (const auto& import : imports_) {
    if (!import.on_demand && !import.is_static && import.name.ends_with(ending)) return import.name;
  }
  for (const std::string_view known : kJdk) {
    if (known.ends_with(ending) && known.size() > ending.size() &&
        (imports_name(known) || package_ == known.substr(0, known.size() - ending.size())))
      return std::string(known);
  }
  if (std::find(kJavaLang.begin(), kJavaLang.end(), simple) != kJavaLang.end()) return "java.lang" + ending;
  return std::string(simple);
}

bool Names::is_type(Node type, std::string_view qualified_name) const {
  if (!type || type.is(Kind::array_type)) return false;
  const std::string written = type_name(type);
  return written == qualified_name || (qualified_name.ends_with("." + written) && qualified(written) == qualified_name);
}

std::string type_name(Node type) { return without_spaces(head_of_type(type).text()); }

std::string simple_name(Node type) {
  const std::string name = type_name(type);
  return name.substr(name.rfind('.') + 1);
}

std::vector<Node> type_arguments(Node type) {
  while (type.is(Kind::annotated_type) && type.first()) {
    Node inner;
    for (Node at : type.children()) inner = at;
    type = inner;
  }
  std::vector<Node> arguments;
  for (Node at : type.child(Kind::type_arguments).children()) arguments.push_back(at);
  return arguments;
}

}  // namespace sampan::scan::java
