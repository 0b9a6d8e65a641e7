#include "base/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/testing.h"

using namespace sampan;
using namespace sampan::testing;

namespace {

struct Place {
  TempDir folder = must(TempDir::create());
  std::string in = folder.path() + "/in", out = folder.path() + "/out", file = folder.path() + "/a.tar.zst";
  Place() { must(make_directories(in)); }
  void write(const std::string& name, std::string_view bytes, int mode = 0644) {
    must(make_directories(parent_of(in + "/" + name)));
    must(write_file_durably(in + "/" + name, bytes, mode));
  }
};

struct Entry {
  std::string name;
  mode_t type = AE_IFREG;
  std::string content, link;
  bool hard = false;
};

// An archive as a stranger could make it.
enum class Form { tar, zip };
void forge(const std::string& file, const std::vector<Entry>& entries, Form form = Form::tar) {
  archive* writer = archive_write_new();
  if (form == Form::zip) {
    archive_write_set_format_zip(writer);
  } else {
    archive_write_set_format_gnutar(writer);
    archive_write_add_filter_zstd(writer);
  }
  REQUIRE(archive_write_open_filename(writer, file.c_str()) == ARCHIVE_OK);
  for (const auto& one : entries) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, one.name.c_str());
    archive_entry_set_mode(entry, one.type | 04755);
    archive_entry_set_size(entry, static_cast<la_int64_t>(one.content.size()));
    if (one.type == AE_IFLNK) archive_entry_set_symlink(entry, one.link.c_str());
    if (one.hard) archive_entry_set_hardlink(entry, one.link.c_str());
    archive_write_header(writer, entry);
    archive_write_data(writer, one.content.data(), one.content.size());
    archive_entry_free(entry);
  }
  archive_write_free(writer);
}

}  // namespace

TEST_CASE("archive: files, folders, links and permissions come back as they were") {
  Place place;
  place.write("target/app.jar", std::string(300'000, 'j'));
  place.write("target/run.sh", "#!/bin/sh\n", 0755);
  place.write("target/订单/深.txt", "order");
  place.write("left out", "x");
  must(make_directories(place.in + "/target/empty"));
  REQUIRE(::symlink("../target/./app.jar", (place.in + "/target/latest.jar").c_str()) == 0);
  const auto packed = must(pack(place.in, {"target"}, place.file));
  CHECK(packed.entries == 7);
  const auto unpacked = must(unpack(place.file, place.out));
  CHECK(unpacked.entries == 7);
  CHECK(unpacked.bytes == packed.bytes);
  CHECK(must(read_file(place.out + "/target/latest.jar")) == std::string(300'000, 'j'));
  CHECK(must(read_file(place.out + "/target/订单/深.txt")) == "order");
  CHECK(exists(place.out + "/target/empty"));
  CHECK_FALSE(exists(place.out + "/left out"));
  struct stat status {};
  REQUIRE(::stat((place.out + "/target/run.sh").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0755);
  must(unpack(place.file, place.out));  // over what is there
}

TEST_CASE("archive: the same content gives the same bytes, and a dot packs all") {
  Place place;
  place.write("b", "1");
  place.write("a/x", "2");
  CHECK(must(pack(place.in, {"."}, place.file)).entries == 3);
  const std::string first = must(read_file(place.file));
  must(pack(place.in, {"."}, place.file));
  CHECK(must(read_file(place.file)) == first);
  must(unpack(place.file, place.out));
  CHECK(must(read_file(place.out + "/a/x")) == "2");
}

TEST_CASE("archive: packing does not leave the folder, by no spelling and through no symlink") {
  Place place;
  must(write_file_durably(place.folder.path() + "/secret", "s"));
  REQUIRE(::symlink("..", (place.in + "/up").c_str()) == 0);
  for (const char* path : {"../secret", "/etc/passwd", "a/../../secret", "up/secret", ""}) {
    CAPTURE(path);
    CHECK(pack(place.in, {path}, place.file).error().code == Errc::invalid);
  }
  CHECK_FALSE(exists(place.file));
  CHECK(pack(place.in, {"missing"}, place.file).error().code == Errc::not_found);
  CHECK(pack(place.in, {"missing/x"}, place.file).error().code == Errc::not_found);
  const auto packed = must(pack(place.in, {"."}, place.file));  // the link leads outside: it could not be unpacked
  CHECK(packed.entries == 0);
  CHECK(packed.left_out == 1);
}

TEST_CASE("archive: an entry or a link that would leave the folder is refused") {
  const std::vector<std::vector<Entry>> bad{
      {{"../evil", AE_IFREG, "x", "", false}},
      {{"a/../../evil", AE_IFREG, "x", "", false}},
      {{"link", AE_IFLNK, "", "/etc/passwd", false}},
      {{"a/link", AE_IFLNK, "", "../../evil", false}},
      {{"hard", AE_IFREG, "", "/etc/passwd", true}},
      {{"hard", AE_IFREG, "", "../evil", true}},
      {{"d/s", AE_IFLNK, "", "..", false}, {"d/t", AE_IFLNK, "", "s/../x", false}},
      {{"a", AE_IFLNK, "", "..", false}},
      {{"pipe", AE_IFIFO, "", "", false}},
      {{"inside", AE_IFDIR, "", "", false},
       {"link", AE_IFLNK, "", "inside", false},
       {"link/evil", AE_IFREG, "x", "", false}},
  };
  for (const auto& entries : bad) {
    Place place;
    CAPTURE(entries.back().name);
    CAPTURE(entries.back().link);
    forge(place.file, entries);
    CHECK(unpack(place.file, place.out).error().code == Errc::invalid);
    CHECK_FALSE(exists(place.folder.path() + "/evil"));
    CHECK_FALSE(exists(place.out + "/inside/evil"));
  }
}

TEST_CASE("archive: an absolute name is refused and so is writing through a link that was there before") {
  Place place;
  forge(place.file, {{place.folder.path() + "/evil", AE_IFREG, "x", "", false}});
  CHECK(unpack(place.file, place.out).error().code == Errc::invalid);
  must(make_directories(place.folder.path() + "/elsewhere"));
  REQUIRE(::symlink("../elsewhere", (place.out + "/cache").c_str()) == 0);
  forge(place.file, {{"cache/evil", AE_IFREG, "x", "", false}});
  CHECK_FALSE(unpack(place.file, place.out).has_value());
  CHECK_FALSE(exists(place.folder.path() + "/elsewhere/evil"));
}

TEST_CASE("archive: set-id bits are dropped") {
  Place place;
  forge(place.file, {{"tool", AE_IFREG, "x", "", false}});
  must(unpack(place.file, place.out));
  struct stat status {};
  REQUIRE(::stat((place.out + "/tool").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0755);
}

TEST_CASE("archive: limits hold on both ways, and damage is told") {
  Place place;
  place.write("zeros", std::string(1 << 20, '\0'));  // packs to nearly nothing
  place.write("b", "1");
  CHECK(pack(place.in, {"."}, place.file, {.bytes = 1000}).error().code == Errc::too_large);
  CHECK(pack(place.in, {"."}, place.file, {.entries = 1}).error().code == Errc::too_large);
  CHECK_FALSE(exists(place.file));
  must(pack(place.in, {"."}, place.file));
  CHECK(unpack(place.file, place.out, {.bytes = 1000}).error().code == Errc::too_large);
  CHECK(unpack(place.file, place.out, {.entries = 1}).error().code == Errc::too_large);
  const std::string whole = must(read_file(place.file));
  must(write_file_durably(place.file, whole.substr(0, whole.size() / 2)));
  CHECK_FALSE(unpack(place.file, place.out).has_value());
  must(write_file_durably(place.file, "not an archive at all"));
  CHECK_FALSE(unpack(place.file, place.out).has_value());
  CHECK_FALSE(unpack(place.folder.path() + "/none", place.out).has_value());
}

TEST_CASE("archive: damage of which the library gives no reason is told as well") {
  Place place;
  std::string header(512, '\0');  // of pax attributes that do not follow (POSIX, ustar interchange format)
  const auto put = [&](std::size_t at, std::string_view text) { header.replace(at, text.size(), text); };
  put(0, "x");
  put(124, "00000000144");
  put(148, "        ");
  put(156, "x");
  put(257, "ustar");
  put(263, "00");
  unsigned sum = 0;
  for (const unsigned char c : header) sum += c;
  put(148, fmt::format("{:06o}", sum));
  must(write_file_durably(place.file, header));
  const auto unpacked = unpack(place.file, place.out);
  REQUIRE_FALSE(unpacked.has_value());
  CHECK(unpacked.error().code == Errc::invalid);
  CHECK(unpacked.error().message.find("not a whole archive") != std::string::npos);
}

TEST_CASE("archive: the files of a zip or a tar are read in memory, those that are wanted") {
  Place place;
  for (const auto form : {Form::zip, Form::tar}) {
    forge(place.file,
          {{"a.json", AE_IFREG, "one", ""},
           {"b/c.json", AE_IFREG, std::string(300'000, 'x'), ""},
           {"d.txt", AE_IFREG, "no", ""}},
          form);
    std::string seen;
    ArchiveReading reading;
    reading.wants = [](const std::string& name) { return name.ends_with(".json"); };
    reading.take = [&](const std::string& name, const std::string& bytes) {
      seen += fmt::format("{}={} ", name, bytes.size());
      return Result<void>();
    };
    CHECK(must(read_archive(place.file, reading)).bytes == 300'003);
    CHECK(seen == "a.json=3 b/c.json=300000 ");
    CHECK(must(read_archive_bytes(must(read_file(place.file)), reading)).entries == 3);
    reading.take = [](const std::string&, const std::string&) { return Result<void>(fail(Errc::conflict, "enough")); };
    CHECK(read_archive(place.file, reading).error().code == Errc::conflict);
  }
}

TEST_CASE("archive: of a file that is wanted by its first bytes only those are read when they are others") {
  Place place;
  for (const auto form : {Form::zip, Form::tar}) {
    forge(place.file,
          {{"large", AE_IFREG, std::string(3 << 20, 'x'), ""},
           {"program", AE_IFREG,
            "\x7f"
            "ELF" +
                std::string(300'000, 'y'),
            ""},
           {"empty", AE_IFREG, "", ""}},
          form);
    std::string seen, looked;
    ArchiveReading reading;
    reading.file_bytes = 1 << 20;
    reading.looks = [&](const std::string& name, std::string_view first) {
      looked += fmt::format("{}:{} ", name, first.size());
      return first.starts_with(
          "\x7f"
          "ELF");
    };
    reading.take = [&](const std::string& name, const std::string& bytes) {
      seen += fmt::format("{}={} ", name, bytes.size());
      return Result<void>();
    };
    CHECK(must(read_archive(place.file, reading)).bytes == 300'004);
    CHECK(must(read_archive_bytes(must(read_file(place.file)), reading)).bytes == 300'004);
    CHECK(seen == "program=300004 program=300004 ");
    CHECK(looked == "large:16 program:16 empty:0 large:16 program:16 empty:0 ");
  }
}

TEST_CASE(
    "archive: reading refuses what leaves the folder, what is damaged, and what unpacks to more than its limits") {
  Place place;
  int taken = 0;
  ArchiveReading reading;
  reading.take = [&](const std::string&, const std::string&) { return ++taken, Result<void>(); };
  forge(place.file, {{"good", AE_IFREG, "x", ""}, {"../bad", AE_IFREG, "x", ""}}, Form::zip);
  CHECK(read_archive(place.file, reading).error().code == Errc::invalid);
  CHECK(taken == 1);
  forge(place.file, {{"bomb", AE_IFREG, std::string(20 << 20, '\0'), ""}}, Form::zip);
  CHECK(must(read_file(place.file)).size() < 100'000);
  reading.file_bytes = 1 << 20;
  CHECK(read_archive(place.file, reading).error().code == Errc::too_large);
  reading.file_bytes = 64 << 20;
  reading.limits.bytes = 1 << 20;
  CHECK(read_archive(place.file, reading).error().code == Errc::too_large);
  reading.limits = {};
  reading.limits.entries = 0;
  CHECK(read_archive(place.file, reading).error().code == Errc::too_large);
  reading.limits = {};
  reading.all_bytes = 1 << 20;  // also of what nobody wants
  reading.wants = [](const std::string&) { return false; };
  CHECK(read_archive(place.file, reading).error().code == Errc::too_large);
  reading.all_bytes = 21 << 20;
  CHECK(read_archive(place.file, reading).has_value());
  std::stop_source stop;
  stop.request_stop();
  reading.stop = stop.get_token();
  CHECK(read_archive(place.file, reading).error().code == Errc::unavailable);
  reading.wants = {};
  reading.stop = {};
  auto bytes = must(read_file(place.file));
  CHECK(read_archive_bytes(std::string_view(bytes).substr(0, bytes.size() / 2), reading).error().code == Errc::invalid);
  CHECK(read_archive_bytes("no archive", reading).error().code == Errc::invalid);
  CHECK(read_archive(place.folder.path() + "/absent", reading).error().code == Errc::invalid);
}
