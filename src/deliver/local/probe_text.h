// What an application says, read: its answer to a probe and its log. Pure; every byte is a stranger's.
#pragma once

#include <string>
#include <string_view>

#include "deliver/target.h"

namespace sampan::deliver {

// Whether nothing more of what is kept of an HTTP answer will come: not everybody closes the connection after it,
// though asked to.
bool is_whole_answer(std::string_view data);
// Status, verdict and the first bytes of the body of an answer that may be cut anywhere.
void read_answer(std::string_view data, ProbeAnswer& into);

// The last lines of a log in podman's k8s-file form ("TIME STREAM F TEXT") or docker's json-file form
// ({"log":"TEXT\n",...}), texts only.
std::string last_texts(std::string_view log, int lines);

}  // namespace sampan::deliver
