// What a secret of a kind must be beyond its pattern.
#pragma once

#include <string_view>

namespace sampan::scan::secrets {

double entropy(std::string_view text);  // Shannon, bits per byte

// The last six characters are the CRC-32 (ISO 3309) of the thirty before them in base 62 (0-9A-Za-z), as GitHub's and
// npm's tokens have it.
bool has_github_checksum(std::string_view token);
bool is_jwt(std::string_view token);          // a JSON object with "alg" as head, another as claims
bool is_basic_auth(std::string_view base64);  // "user:password" with both
bool has_digit(std::string_view text);
bool is_mixed(std::string_view text);      // letters and digits, no one kind of byte
bool is_key_block(std::string_view text);  // a PEM block with enough in it to be a key

}  // namespace sampan::scan::secrets
