#include "scan/packages/osv.h"

#include <algorithm>

#include "base/text.h"
#include "scan/packages/document.h"

namespace sampan::scan::packages {

namespace {

using Kind = YamlNode::Kind;

constexpr std::size_t kMostSummary = 200;  // bytes; a sentence for a person

struct Event {
  enum class What { introduced, fixed, last_affected, limit } what;
  std::string version;
};

// What the record is called in sentences, with the line where it is wrong.
struct Place {
  const std::string& file;
  tl::unexpected<Error> wrong(const YamlNode& node, std::string_view why) const {
    return fail(Errc::invalid, "{}:{}: {}", file, std::max(node.line, 1), why);
  }
};

bool is_list(const YamlNode& node) { return node.kind == Kind::sequence || node.kind == Kind::null; }

Result<Event> read_event(const Place& place, Scheme scheme, const YamlNode& node) {
  if (node.kind != Kind::mapping || node.pairs.size() != 1)
    return place.wrong(node, "expected an event of one key: introduced, fixed, last_affected or limit");
  const auto& [key, value] = node.pairs.front();
  Event event{Event::What::introduced, value.text};
  if (key.text == "fixed")
    event.what = Event::What::fixed;
  else if (key.text == "last_affected")
    event.what = Event::What::last_affected;
  else if (key.text == "limit")
    event.what = Event::What::limit;
  else if (key.text != "introduced")
    return place.wrong(key,
                       fmt::format("no event '{}': there are introduced, fixed, last_affected and limit", key.text));
  if (event.version == "0" && event.what == Event::What::introduced) event.version.clear();
  const bool endless = event.what == Event::What::limit && event.version == "*";
  if (!event.version.empty() && !endless && !is_version(scheme, event.version))
    return place.wrong(value, fmt::format("'{}' is no version of its ecosystem", event.version));
  if (event.version.empty() && event.what != Event::What::introduced)
    return place.wrong(value, fmt::format("the event '{}' has no version", key.text));
  return event;
}

// OSV schema, section "Evaluation": events in the order of versions open and close what is affected.
std::vector<Interval> intervals_of(Scheme scheme, std::vector<Event> events) {
  std::erase_if(events, [](const Event& e) { return e.what == Event::What::limit && e.version == "*"; });
  std::stable_sort(events.begin(), events.end(), [&](const Event& a, const Event& b) {
    if (a.version.empty() || b.version.empty()) return a.version.empty() && !b.version.empty();
    return compare(scheme, a.version, b.version) < 0;
  });
  std::vector<Interval> intervals;
  for (auto& event : events) {
    const bool open = !intervals.empty() && intervals.back().end == Interval::End::none;
    if (event.what == Event::What::introduced) {
      if (!open) intervals.push_back({std::move(event.version), "", Interval::End::none});
    } else if (open) {
      intervals.back().to = std::move(event.version);
      intervals.back().end = event.what == Event::What::fixed           ? Interval::End::fixed
                             : event.what == Event::What::last_affected ? Interval::End::last_affected
                                                                        : Interval::End::limit;
    }
  }
  return intervals;
}

Result<std::vector<Interval>> read_ranges(const Place& place, Scheme scheme, const YamlNode& ranges) {
  if (!is_list(ranges)) return place.wrong(ranges, "expected a list as 'ranges'");
  std::vector<Interval> all;
  for (const auto& range : ranges.items) {
    const auto& type = text_at(range, "type");
    if (type == "GIT") continue;  // commits: packages have versions
    if (type != "SEMVER" && type != "ECOSYSTEM")
      return place.wrong(range, fmt::format("no type of ranges '{}': there are SEMVER, ECOSYSTEM and GIT", type));
    const auto& events = at(range, "events");
    if (events.kind != Kind::sequence) return place.wrong(range, "expected a list as 'events'");
    std::vector<Event> read;
    for (const auto& event : events.items) read.push_back(TRY(read_event(place, scheme, event)));
    auto intervals = intervals_of(scheme, std::move(read));
    std::move(intervals.begin(), intervals.end(), std::back_inserter(all));
  }
  return all;
}

Weight weight_of_word(std::string_view word) {
  const auto known = lower(word);
  if (known == "critical" || known == "high") return Weight::high;
  if (known == "moderate" || known == "medium") return Weight::medium;
  return known == "low" || known == "minor" ? Weight::low : Weight::unknown;
}

// The vector first: it is the same measure everywhere. CVSS 4 is a table of 270 rows; its records have the word too.
Weight weight_in(const YamlNode& node) {
  Weight weight = Weight::unknown;
  for (const auto& severity : at(node, "severity").items)
    if (const auto tenths = cvss3_tenths(text_at(severity, "score")))
      weight = std::max(weight, weight_of_score(*tenths));
  if (weight != Weight::unknown) return weight;
  const auto own = weight_of_word(text_at(at(node, "database_specific"), "severity"));
  return own != Weight::unknown ? own : weight_of_word(text_at(at(node, "ecosystem_specific"), "severity"));
}

std::string summary_of(const YamlNode& root) {
  std::string text = text_at(root, "summary").empty() ? text_at(root, "details") : text_at(root, "summary");
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  if (text.size() <= kMostSummary) return std::string(trim(text));
  std::size_t end = kMostSummary;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

Result<std::vector<std::string>> texts(const Place& place, const YamlNode& list, std::string_view name) {
  if (!is_list(list)) return place.wrong(list, fmt::format("expected a list as '{}'", name));
  std::vector<std::string> out;
  for (const auto& item : list.items) {
    if (item.kind != Kind::scalar) return place.wrong(item, fmt::format("expected texts in '{}'", name));
    out.push_back(item.text);
  }
  return out;
}

// Whether any of the intervals holds a version, without asking each: of those that begin at or before it the one that
// goes on longest.
class Covered {
 public:
  Covered(Scheme scheme, const std::vector<Interval>& intervals) : scheme_(scheme) {
    for (const auto& interval : intervals) longest_.push_back(&interval);
    std::stable_sort(longest_.begin(), longest_.end(), [&](const Interval* a, const Interval* b) {
      if (a->from.empty() || b->from.empty()) return a->from.empty() && !b->from.empty();
      return compare(scheme_, a->from, b->from) < 0;
    });
    for (const auto* interval : longest_) begins_.push_back(&interval->from);
    for (std::size_t i = 1; i < longest_.size(); ++i)
      if (ends_before(*longest_[i], *longest_[i - 1])) longest_[i] = longest_[i - 1];
  }

  bool holds(std::string_view version) const {
    const auto later = std::partition_point(begins_.begin(), begins_.end(), [&](const std::string* from) {
      return from->empty() || compare(scheme_, *from, version) <= 0;
    });
    return later != begins_.begin() &&
           packages::holds(scheme_, *longest_[static_cast<std::size_t>(later - begins_.begin() - 1)], version);
  }

 private:
  bool ends_before(const Interval& a, const Interval& b) const {
    if (a.end == Interval::End::none || b.end == Interval::End::none) return a.end != Interval::End::none;
    const auto order = compare(scheme_, a.to, b.to);
    return order < 0 || (order == 0 && b.end == Interval::End::last_affected);
  }

  const Scheme scheme_;
  std::vector<const std::string*> begins_;  // in order
  std::vector<const Interval*> longest_;    // of all up to there
};

Result<void> read_affected(const Place& place, const YamlNode& node, const Advice& common, Record& record) {
  if (node.kind != Kind::mapping) return place.wrong(node, "expected a mapping in 'affected'");
  const auto& package = at(node, "package");
  if (package.kind == Kind::null) return {};  // of a repository without packages
  const std::string& ecosystem = text_at(package, "ecosystem");
  const std::string& name = text_at(package, "name");
  if (ecosystem.empty() || name.empty()) return place.wrong(package, "expected 'ecosystem' and 'name' in 'package'");
  const auto scheme = scheme_of(ecosystem);
  if (!scheme) return {};
  AffectedPackage affected{ecosystem, normal_name(ecosystem, name), common};
  Advice& advice = affected.advice;
  auto intervals = read_ranges(place, *scheme, at(node, "ranges"));
  if (intervals.has_value()) advice.intervals = std::move(*intervals);
  if (!intervals.has_value() && at(node, "versions").items.empty()) return intervals.error();
  if (!intervals.has_value()) record.problem = intervals.error().message + " (its list of versions is used)";
  const Covered covered(*scheme, advice.intervals);
  for (auto& version : TRY(texts(place, at(node, "versions"), "versions")))
    if (!is_version(*scheme, version) || !covered.holds(version)) advice.versions.push_back(std::move(version));
  if (advice.intervals.empty() && advice.versions.empty()) return {};
  if (const auto own = weight_in(node); own != Weight::unknown) advice.weight = own;
  if (advice.id.starts_with("MAL-")) advice.weight = Weight::malicious;
  record.affected.push_back(std::move(affected));
  return {};
}

}  // namespace

bool holds(Scheme scheme, const Interval& interval, std::string_view version) {
  if (!interval.from.empty() && compare(scheme, version, interval.from) < 0) return false;
  if (interval.end == Interval::End::none) return true;
  const auto against = compare(scheme, version, interval.to);
  return against < 0 || (against == 0 && interval.end == Interval::End::last_affected);
}

Result<Record> read_record(std::string_view text, const std::string& file) {
  const YamlNode root = TRY(file.ends_with(".json") ? read_json(text, file) : read_yaml(text, file));
  const Place place{file};
  if (root.kind != Kind::mapping) return place.wrong(root, "expected an OSV record, an object");
  Record record;
  record.id = text_at(root, "id");
  if (record.id.empty()) return place.wrong(root, "the record has no 'id'");
  const auto modified = parse_rfc3339(text_at(root, "modified"));
  if (!modified)
    return place.wrong(root, fmt::format("expected a time as 'modified', found '{}'", text_at(root, "modified")));
  record.newest = std::max(*modified, parse_rfc3339(text_at(root, "published")).value_or(*modified));
  record.withdrawn = root.find("withdrawn") && at(root, "withdrawn").kind != Kind::null;
  Advice common{record.id, summary_of(root), TRY(texts(place, at(root, "aliases"), "aliases")), weight_in(root), {},
                {}};
  const auto& affected = at(root, "affected");
  if (!is_list(affected)) return place.wrong(affected, "expected a list as 'affected'");
  for (const auto& one : affected.items) TRY(read_affected(place, one, common, record));
  return record;
}

}  // namespace sampan::scan::packages
