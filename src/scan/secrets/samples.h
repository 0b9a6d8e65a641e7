// Examples of secrets, made anew each time from a rule's shape, so that none stands in the source. A shape is text
// with places to fill:
//   <62:N>  N of 0-9A-Za-z      <hex:N>, <HEX:N>    <09:N> digits        <a9:N>, <A9:N> digits and letters of one case
//   <let:N> letters             <32:N> base32       <64:N> base64        <url:N> base64url that begins and ends with a
//   letter or digit             <bech:N> bech32     <uuid>               <sum> 30 of <62> and GitHub's checksum
//   <jwt>                       <basic> "user:password" in base64        <=text> the text
#pragma once

#include <random>
#include <string>
#include <string_view>

namespace sampan::scan::secrets {

struct Sample {
  std::string text;    // without [[ and ]]
  std::string secret;  // what a finding must point at
};
Sample make_sample(std::string_view shape, std::mt19937& random);

}  // namespace sampan::scan::secrets
