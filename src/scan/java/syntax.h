// Questions about Java code that many rules ask.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scan/java/names.h"
#include "scan/java/tree.h"

namespace sampan::scan::java {

bool has_modifier(Node declaration, Kind keyword);  // written, not implied
// The annotations written on a declaration (or on its parent's modifiers), in order.
std::vector<Node> annotations(Node declaration);
std::string annotation_name(Node annotation);  // "lombok.Data"
// Where a declaration begins once its modifiers are past: `class`, `enum`, a type, or a method's type parameters.
Node head(Node declaration);
Node body_owner(Node member);      // the class, interface, enum or record whose body holds this member; none: anonymous
bool is_nested(Node declaration);  // inside another type
bool is_interface_member(Node member);

Node receiver(Node call);  // what a method is called on; none: nothing is written
std::string_view method(Node call);
std::vector<Node> arguments(Node call);  // of a call or a `new`
Node unwrapped(Node expression);         // without its parentheses
bool is_literal(Node expression);        // null, true and false too
bool is_string(Node expression);
bool is_integer(Node expression);
bool is_floating(Node expression);
Kind operator_of(Node expression);  // of a binary, unary or assignment expression; Kind::other for one no rule asks for
bool is_loop(Node statement);
// The statements of a block, constructor body or group of a switch, in order, without its labels.
std::vector<Node> statements(Node block);
// The call that is a statement of its own: `x.f();`; none: it is something else.
Node statement_call(Node statement);
// A declaration of a type, one of the five.
bool is_type_declaration(Node node);

}  // namespace sampan::scan::java
