// The two shapes of names that p3c asks for.
#pragma once

#include <string_view>

namespace sampan::scan::p3c {

// UpperCamelCase: words of one capital and small letters or digits, with an I in front if one likes, and at the end one
// of DO, DTO, VO, DAO, BO, DAOImpl, YunOS, AO, PO or a single capital. Names with Hbase, HBase or ID in them are let
// off.
bool is_class_name(std::string_view name);
// lowerCamelCase, and at the end one of DO, DTO, VO, DAO, BO (also with List), X, Y, Z, UDF, UDAF or a single capital.
bool is_variable_name(std::string_view name);

}  // namespace sampan::scan::p3c
