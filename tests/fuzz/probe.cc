// What an application answers to a probe, cut anywhere, and what it wrote to its log.
#include "base/text.h"
#include "deliver/local/probe_text.h"
#include "fuzz.h"

using namespace sampan;

FUZZ(input) {
  deliver::ProbeAnswer answer;
  deliver::read_answer(input, answer);
  PROMISE(answer.ok == (answer.status >= 200 && answer.status < 400) || !answer.ok);
  PROMISE(answer.body.size() <= 512 * 3);
  PROMISE(is_valid_utf8(answer.body));
  deliver::is_whole_answer(input);
  const std::string texts = deliver::last_texts(input, 3);
  PROMISE(texts.size() <= input.size() * 3 + 8);
}
