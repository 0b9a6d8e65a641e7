// Manual gates: who may pass, approve now and release at a time, and what the clock does to jobs.
#include "base/log.h"
#include "base/text.h"
#include "model/say.h"
#include "pipeline/progress.h"
#include "pipeline/queue_store.h"
#include "pipeline/run_actions.h"
#include "pipeline/values.h"

namespace sampan::pipeline {
namespace {

std::vector<std::string> approvers(const std::vector<store::VoteRow>& votes) {
  std::vector<std::string> logins;
  for (const store::VoteRow& vote : votes)
    if (vote.verdict == "approve") logins.push_back(vote.login);
  return logins;
}

bool is_passed(const store::GateRow& gate, const std::vector<store::VoteRow>& votes) {
  const std::vector<std::string> approved = approvers(votes);
  if (!gate.all_must) return !approved.empty();
  return std::all_of(gate.validators.begin(), gate.validators.end(), [&](const std::string& login) {
    return std::find(approved.begin(), approved.end(), login) != approved.end();
  });
}

}  // namespace

bool may_vote(const store::GateRow& gate, const Actor& actor) {
  return actor.kind == Actor::Kind::user && gate.state == "open" &&
         std::find(gate.validators.begin(), gate.validators.end(), actor.name) != gate.validators.end();
}

std::string gate_reason(const store::GateRow& gate, const std::vector<store::VoteRow>& votes) {
  if (gate.release_at)
    return fmt::format("approved by {}, released at {}", join(approvers(votes), ", "),
                       format_rfc3339(*gate.release_at));
  std::vector<std::string> missing;
  const std::vector<std::string> approved = approvers(votes);
  for (const std::string& login : gate.validators) {
    if (std::find(approved.begin(), approved.end(), login) == approved.end()) missing.push_back(login);
  }
  const std::size_t wanted = gate.all_must ? missing.size() : 1;
  std::string reason = fmt::format("waits for {} approval{} of {}", wanted, wanted == 1 ? "" : "s",
                                   join(missing, gate.all_must ? " and " : " or "));
  if (gate.expires_at) reason += fmt::format(", until {}", format_rfc3339(*gate.expires_at));
  return reason;
}

Result<void> vote(Room& room, const Actor& actor, RunId run, JobId id, const Vote& vote) {
  return room.db.write([&](Tx& tx) -> Result<void> {
    Progress progress = TRY(Progress::open(room, tx, run));
    store::JobRow* job = TRY(progress.job(id));
    auto gate = TRY(store::find_gate(tx, id));
    if (!gate || job->state != JobState::waiting || gate->state != "open")
      return fail(Errc::conflict, "job '{}' has no open gate", job->plan->name);
    if (!may_vote(*gate, actor))
      return fail(Errc::denied, "only {} may pass or refuse the gate '{}'", join(gate->validators, ", "),
                  job->plan->name);
    const Time now = room.clock.now();
    if (vote.release_at && *vote.release_at <= now)
      return fail(Errc::invalid, "release_at is not in the future: leave it out to pass at once");
    TRY(store::put_vote(tx, id, {actor.name, vote.verdict, vote.remark, now}));
    if (vote.release_at) gate->release_at = vote.release_at;
    if (vote.verdict == "refuse") {
      gate->state = "refused";
      gate->release_at.reset();
      TRY(store::save_gate(tx, *gate));
      TRY(progress.finish(*job, JobMove::fail,
                          fmt::format("refused by {}{}{}", actor.name, vote.remark.empty() ? "" : ": ", vote.remark)));
    } else {
      const auto votes = TRY(store::load_votes(tx, id));
      const bool passed = is_passed(*gate, votes);
      if (passed && !gate->release_at) {
        gate->state = "approved";
        TRY(progress.finish(*job, JobMove::succeed, fmt::format("approved by {}", join(approvers(votes), ", "))));
      }
      TRY(store::save_gate(tx, *gate));
    }
    room.publish(tx, "gates");
    TRY(room.people.audit(
        tx, actor,
        {"gate." + vote.verdict, "run",
         fmt::format("{} {} #{}", progress.run().repo_path, progress.run().name, progress.run().number),
         fmt::format("{}{}", vote.remark,
                     vote.release_at ? " (release at " + format_rfc3339(*vote.release_at) + ")" : "")}));
    return progress.commit();
  });
}

namespace {

// The checks of an approval once more, at the time of release: a sentence when one fails now.
Result<std::optional<std::string>> why_not_release(Room& room, const store::RunRow& run,
                                                   const std::vector<store::VoteRow>& votes) {
  for (const std::string& login : approvers(votes)) {
    auto user = room.people.find_user(login);
    if (!user && user.error().code != Errc::not_found) return user.error();
    if (!user || !user->active) return std::optional(fmt::format("{}, who approved, is not active any more", login));
  }
  if (!run.ref.starts_with("refs/heads/")) return std::optional<std::string>{};
  auto repo = room.git.find_repo(run.repo);
  if (!repo) return repo.error();
  auto head = room.git.resolve(*repo, run.ref);
  if (head && head->text() == run.sha) return std::optional<std::string>{};
  return std::optional(fmt::format("the branch {} moved from {} to {} after the approval", short_ref(run.ref),
                                   run.sha.substr(0, 8), head ? head->short_text() : "nothing"));
}

Result<void> release_gate(Room& room, JobId id) {
  struct Due {
    store::RunRow run;
    std::vector<store::VoteRow> votes;
  };
  const Due due = TRY(room.db.read([&](Tx& tx) -> Result<Due> {
    const store::JobRow job = TRY(store::load_job(tx, id));
    store::RunRow run = TRY(store::load_run(tx, job.run));
    auto votes = TRY(store::load_votes(tx, id));
    return Due{std::move(run), std::move(votes)};
  }));
  const std::optional<std::string> problem = TRY(why_not_release(room, due.run, due.votes));
  return room.db.write([&](Tx& tx) -> Result<void> {
    auto gate = TRY(store::find_gate(tx, id));
    if (!gate || gate->state != "open" || !gate->release_at || *gate->release_at > room.clock.now()) return {};
    Progress progress = TRY(Progress::open(room, tx, due.run.id));
    store::JobRow* job = TRY(progress.job(id));
    if (job->state != JobState::waiting) return {};
    if (!problem && is_passed(*gate, due.votes)) {
      gate->state = "approved";
      TRY(store::save_gate(tx, *gate));
      TRY(progress.finish(
          *job, JobMove::succeed,
          fmt::format("approved by {}, released at the time they chose", join(approvers(due.votes), ", "))));
    } else if (problem) {
      // Nothing is lost and nothing is released: the gate is open again, with the reason, and its people are told.
      TRY(store::open_gate(tx, *gate));
      job->reason = fmt::format("not released: {}; it waits for approval again", *problem);
      TRY(store::save_job(tx, *job));
      TRY(say(room.events, tx,
              events::GateOpened{due.run.id, id, due.run.repo, due.run.repo_path, due.run.name, job->plan->name,
                                 job->reason, due.run.number, gate->validators}));
    } else {
      gate->release_at.reset();  // the time came before the last approval: whoever approves then passes it at once
      TRY(store::save_gate(tx, *gate));
    }
    room.publish(tx, "gates");
    return progress.commit();
  });
}

Result<void> end_job(Room& room, JobId id, JobMove move,
                     const std::function<std::optional<std::string>(const store::JobRow&)>& reason) {
  return room.db.write([&](Tx& tx) -> Result<void> {
    const store::JobRow row = TRY(store::load_job(tx, id));
    Progress progress = TRY(Progress::open(room, tx, row.run));
    store::JobRow* job = TRY(progress.job(id));
    auto sentence = reason(*job);
    if (!sentence || is_final(job->state)) return {};
    TRY(progress.finish(*job, move, *sentence));
    return progress.commit();
  });
}

Result<void> lose_lease(Room& room, JobId id) {
  return room.db.write([&](Tx& tx) -> Result<void> {
    const store::JobRow row = TRY(store::load_job(tx, id));
    Progress progress = TRY(Progress::open(room, tx, row.run));
    store::JobRow* job = TRY(progress.job(id));
    if (!job->lease_until || *job->lease_until >= room.clock.now()) return {};
    auto runner = store::load_runner(tx, job->runner);
    const std::string name = runner ? runner->name : fmt::format("{}", job->runner.value);
    tx.after_commit([&room, silent = job->runner] { room.silent(silent); });  // before the job is handed out again
    job->lease_until.reset();
    if (job->state != JobState::running) {
      TRY(store::save_job(tx, *job));  // it was cancelled, and its runner never confirmed
    } else if (job->tries >= room.config.max_attempts) {
      TRY(progress.finish(
          *job, JobMove::fail,
          fmt::format("the runner {} vanished, {} times in all: the job is not tried again", name, job->tries)));
    } else {
      job->reason =
          fmt::format("the runner {} vanished at {}; the job is tried again", name, format_rfc3339(room.clock.now()));
      job->deadline_at.reset();
      job->reported = false;
      TRY(room.people.revoke_job_tokens(tx, id));
      TRY(store::reset_steps(tx, id));
      TRY(progress.move(*job, JobMove::requeue));
    }
    return progress.commit();
  });
}

// One row that cannot be handled is said and passed over: it must not stop the others.
void each(std::string_view what, const std::vector<JobId>& jobs, const std::function<Result<void>(JobId)>& act) {
  for (JobId job : jobs) {
    if (auto done = act(job); !done) log::error("pipeline", "{} of job {}: {}", what, job.value, done.error().message);
  }
}

}  // namespace

Result<void> forgive_pause(Room& room) {
  log::warning("pipeline", "the server stood still for a while: leases begin anew");
  return room.db.write([&](Tx& tx) {
    return store::renew_leases(tx, room.clock.now() + std::chrono::duration_cast<Microseconds>(room.config.lease));
  });
}

Result<void> follow_jump(Room& room, const JumpWatch::Jump& jump) {
  log::warning("pipeline", "the clock was set by {} s: leases and limits follow it", jump.by.count() / 1'000'000);
  return room.db.write([&](Tx& tx) -> Result<void> {
    TRY(store::renew_leases(tx, jump.now + std::chrono::duration_cast<Microseconds>(room.config.lease)));
    TRY(store::move_deadlines(tx, jump));
    return store::move_gates(tx, jump);
  });
}

Result<void> tick(Room& room) {
  const Time now = room.clock.now();
  struct Due {
    std::vector<JobId> leases, releases, gates, deadlines;
  };
  const Due due = TRY(room.db.read([&](Tx& tx) -> Result<Due> {
    Due all;
    all.leases = TRY(store::expired_leases(tx, now));
    all.releases = TRY(store::gates_to_release(tx, now));
    all.gates = TRY(store::gates_expired(tx, now));
    all.deadlines = TRY(store::past_deadline(tx, now));
    return all;
  }));
  each("the lease", due.leases, [&](JobId job) { return lose_lease(room, job); });
  each("the release", due.releases, [&](JobId job) { return release_gate(room, job); });
  each("the gate's time", due.gates, [&](JobId id) {
    return end_job(room, id, JobMove::fail, [](const store::JobRow& job) -> std::optional<std::string> {
      if (job.state != JobState::waiting) return std::nullopt;
      return "nobody decided in the time the gate had";
    });
  });
  each("the time limit", due.deadlines, [&](JobId id) {
    return end_job(room, id, JobMove::fail, [&](const store::JobRow& job) -> std::optional<std::string> {
      if (!job.deadline_at || *job.deadline_at >= room.clock.now()) return std::nullopt;
      return fmt::format("it ran longer than its limit of {} minutes", job.plan->timeout_minutes);
    });
  });
  return {};
}

}  // namespace sampan::pipeline
