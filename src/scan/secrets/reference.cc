#include "base/enum_text.h"
#include "base/text.h"
#include "scan/scan.h"
#include "scan/secrets/rule.h"

namespace sampan::scan {

namespace {

std::string_view place_of(secrets::Where where) {
  switch (where) {
    case secrets::Where::anywhere: return "";
    case secrets::Where::config: return "configuration files";
    case secrets::Where::npm: return ".npmrc, .yarnrc";
    case secrets::Where::maven: return "settings.xml, pom.xml";
    case secrets::Where::gradle: return "Gradle's files";
    case secrets::Where::docker: return "Docker's config.json";
    case secrets::Where::password: return ".netrc, .pgpass";
  }
  return "";
}

// The shape as a person reads it: without the marks of samples.h.
std::string form_of(std::string_view shape) {
  std::string out;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const auto rest = shape.substr(i);
    if (rest.starts_with("[[") || rest.starts_with("]]"))
      ++i;
    else if (rest.starts_with("<=") && rest.find('>') != std::string_view::npos)
      out += rest.substr(2, rest.find('>') - 2), i += rest.find('>');
    else if (shape[i] == '\n')
      out += "⏎";
    else if (shape[i] == '|')
      out += "\\|";
    else
      out += shape[i];
  }
  return out.size() > 100 ? out.substr(0, out.find('>', 60) + 1) + "…" : out;
}

std::string checks_of(const secrets::Rule& rule) {
  std::vector<std::string> checks;
  if (rule.entropy > 0) checks.push_back(fmt::format("at least {} bits a character", rule.entropy));
  if (rule.well_formed) checks.emplace_back("well formed");
  if (rule.checksum) checks.emplace_back("checksum");
  if (rule.trust == secrets::Trust::value) checks.emplace_back("no placeholder");
  if (!place_of(rule.where).empty()) checks.push_back(fmt::format("only in {}", place_of(rule.where)));
  return join(checks, ", ");
}

}  // namespace

std::string secret_reference() {
  std::string out = fmt::format(
      "# The kinds of secrets\n"
      "Generated: `sampan docs secrets > docs/rules/secrets.md`. {} kinds; blocker, critical and major are shown as "
      "severe, warning and suggestion\n(严重, 警告, 建议). A form shows `<62:N>` for N letters and digits, `<hex:N>` "
      "for "
      "hexadecimal ones, `<64:N>` and `<url:N>` for base64, and so on\n(src/scan/secrets/samples.h). In folders and "
      "files "
      "of tests, and with a wrong checksum, a finding weighs least. Examples and places to fill\n(`changeme`, "
      "`${{...}}`, "
      "`<password>`) are none. [secrets-differences.md](secrets-differences.md) compares with gitleaks.\n\n"
      "| rule | kind | severity | form | checks |\n|---|---|---|---|---|\n",
      secrets::all_rules().size());
  for (const auto* rule : secrets::all_rules())
    out += fmt::format("| {} | {} / {} | {} | `{}` | {} |\n", rule->name, rule->what.en, rule->what.zh,
                       enum_text(rule->severity), form_of(rule->shape), checks_of(*rule));
  return out + "\nWhat to do: " + std::string(secrets::kRevoke.en) +
         ". Of a password: " + std::string(secrets::kNewPassword.en) +
         ". Of a private key: " + std::string(secrets::kNewKey.en) + ".\n";
}

}  // namespace sampan::scan
