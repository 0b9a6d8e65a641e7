#include "pipeline/run_actions.h"

#include "base/log.h"
#include "pipeline/artifact_store.h"
#include "pipeline/progress.h"

namespace sampan::pipeline {
namespace {

std::string name_of(const store::RunRow& run) { return fmt::format("{} {} #{}", run.repo_path, run.name, run.number); }

// Opens the run, lets `act` move its jobs, brings the run on and writes the audit row.
template <class Act>
Result<void> change_run(Room& room, const Actor& actor, RunId id, std::string_view action, std::string detail,
                        Act&& act) {
  return room.db.write([&](Tx& tx) -> Result<void> {
    Progress progress = TRY(Progress::open(room, tx, id));
    TRY(act(tx, progress));
    TRY(progress.commit());
    return room.people.audit(tx, actor, {std::string(action), "run", name_of(progress.run()), detail});
  });
}

}  // namespace

Result<void> cancel_run(Room& room, const Actor& actor, RunId run) {
  return change_run(room, actor, run, "run.cancel", "", [&](Tx&, Progress& progress) -> Result<void> {
    if (is_final(state_of(progress.jobs()))) return fail(Errc::conflict, "run {} has ended already", run.value);
    return progress.cancel(actor.name, "");
  });
}

Result<void> retry_job(Room& room, const Actor& actor, RunId run, JobId id) {
  return change_run(
      room, actor, run, "run.retry_job", fmt::format("job {}", id.value), [&](Tx&, Progress& progress) -> Result<void> {
        store::JobRow* job = TRY(progress.job(id));
        if (!is_final(job->state))
          return fail(Errc::conflict, "job '{}' has not ended: only an ended job is run again", job->plan->name);
        return progress.again(*job);
      });
}

Result<void> start_job(Room& room, const Actor& actor, RunId run, JobId id) {
  return change_run(room, actor, run, "run.start_job", fmt::format("job {}", id.value),
                    [&](Tx&, Progress& progress) -> Result<void> {
                      store::JobRow* job = TRY(progress.job(id));
                      if (job->state != JobState::waiting || job->plan->gate)
                        return fail(Errc::conflict, "job '{}' does not wait to be started by hand", job->plan->name);
                      return progress.admit(*job);
                    });
}

Result<void> react_to_deployment(Room& room, const events::DeploymentChanged& change) {
  if (!change.job) return {};
  return room.db.write([&](Tx& tx) -> Result<void> {
    auto row = store::load_job(tx, change.job);
    if (!row && row.error().code == Errc::not_found) return {};  // its repository was deleted
    if (!row) return row.error();
    Progress progress = TRY(Progress::open(room, tx, row->run));
    store::JobRow* job = TRY(progress.job(change.job));
    const auto at = static_cast<std::size_t>(job->step_at);
    const bool current = job->state == JobState::running && job->plan->platform && at < job->plan->steps.size() &&
                         job->plan->steps[at].key == change.step;
    // No id: it was refused before there was a deployment.
    const bool old = change.deployment && change.deployment.value <= -job->deployment.value;
    if (!current || old) return {};
    if (change.deployment && job->deployment != change.deployment) {
      job->deployment = change.deployment;
      TRY(store::save_job(tx, *job));
    }
    if (change.finished) {
      auto steps = TRY(store::load_steps(tx, job->id));
      store::StepRow& step = steps[at];
      step.state = change.ok ? "succeeded" : "failed";
      step.reason = change.reason;
      step.finished_at = room.clock.now();
      TRY(store::save_step(tx, step));
      if (change.ok) {
        TRY(progress.next_platform_step(*job));
      } else {
        TRY(progress.finish(*job, JobMove::fail,
                            fmt::format("the deployment of {} to {} ended as {}: {}", change.application,
                                        change.environment, change.state, change.reason)));
      }
    }
    return progress.commit();
  });
}

Result<void> react_to_deleted(Room& room, const events::RepoDeleted& deleted) {
  struct Gone {
    std::vector<RunId> runs;
    std::vector<std::string> blobs;
  };
  const Gone gone = TRY(room.db.write([&](Tx& tx) -> Result<Gone> {
    Gone all;
    all.runs = TRY(store::runs_of_repo(tx, deleted.repo));
    all.blobs = TRY(store::blobs_of_repo(tx, deleted.repo));
    for (RunId run : all.runs) {
      Progress progress = TRY(Progress::open(room, tx, run));
      if (is_final(state_of(progress.jobs()))) continue;
      TRY(progress.cancel("", "its repository was deleted"));
      TRY(progress.commit());
    }
    TRY(store::delete_runs_of_repo(tx, deleted.repo));
    std::vector<std::string> unused;
    for (std::string& blob : all.blobs) {
      if (!TRY(store::is_blob_used(tx, blob))) unused.push_back(std::move(blob));
    }
    all.blobs = std::move(unused);
    return all;
  }));
  TRY(room.logs->remove(gone.runs));
  for (const std::string& blob : gone.blobs) TRY(room.blobs->remove(blob));
  return {};
}

}  // namespace sampan::pipeline
