// PKWARE's APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16, as little as will do.
#include <zlib.h>

#include "scan/packages/fixture_test.h"

namespace sampan::scan::testing {

namespace {

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

std::string deflated(std::string_view bytes) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

std::string zip_of(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string out, central;
  for (const auto& [name, bytes] : files) {
    const auto packed = deflated(bytes);
    std::string common;  // from "version needed" to "extra field length"
    put(common, 20, 2);
    put(common, 0, 2);
    put(common, 8, 2);
    put(common, 0, 4);
    put(common, crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()), 4);
    put(common, packed.size(), 4);
    put(common, bytes.size(), 4);
    put(common, name.size(), 2);
    put(common, 0, 2);
    put(central, 0x02014b50, 4);
    put(central, 20, 2);
    central += common;
    put(central, 0, 6);  // comment, disk, internal attributes
    put(central, 0, 4);
    put(central, out.size(), 4);
    central += name;
    put(out, 0x04034b50, 4);
    out += common + name + packed;
  }
  const auto at = out.size();
  out += central;
  put(out, 0x06054b50, 4);
  put(out, 0, 4);
  put(out, files.size(), 2);
  put(out, files.size(), 2);
  put(out, central.size(), 4);
  put(out, at, 4);
  put(out, 0, 2);
  return out;
}

}  // namespace sampan::scan::testing
