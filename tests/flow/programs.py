"""What the program does beside serving: a pipeline on the working tree, a look at the machine, backups."""
import subprocess

from house import BIN, Api, House, run
from repositories import job, pipeline, stage


def two_jobs(command, needs="one"):
    return pipeline(stage("build", job("one", command), job("two", "exit 3", needs=needs)))


def sampan(*arguments, cwd=None, env=None):
    return subprocess.run([BIN / "sampan", *arguments], cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def a_pipeline_runs_on_the_working_tree(house):
    tree = house.folder / "local"
    (tree / ".sampan").mkdir(parents=True)
    file = tree / ".sampan/daily.yaml"
    run(["git", "init", "-q", tree])
    (tree / "uncommitted").write_text("not in any commit\n")
    file.write_text(two_jobs("cat uncommitted; echo x > uncommitted"))
    ran = sampan("run", "--local", file, cwd=tree)
    assert ran.returncode == 1 and "not in any commit" in ran.stdout and "step Say: exit code 3" in ran.stdout, ran.stdout
    assert (tree / "uncommitted").read_text() == "not in any commit\n"
    assert "-- build.two" not in sampan("run", "--local", file, "--job", "one", cwd=tree).stdout
    file.write_text(two_jobs("true", "onne"))
    wrong = sampan("run", "--local", file, cwd=tree)
    assert wrong.returncode == 2 and "daily.yaml:9:" in wrong.stdout and "did you mean 'one'" in wrong.stdout, wrong.stdout


def doctor_says_what_is_missing_and_how_to_mend_it(house):
    well = sampan("doctor")
    assert well.returncode == 0 and "git version" in well.stdout, well.stdout
    bare = sampan("doctor", env={"PATH": "/nowhere"})
    assert bare.returncode != 0 and "missing" in bare.stdout and "apt-get install haproxy" in bare.stdout, bare.stdout


def a_backup_of_a_running_server_is_restored_elsewhere(house):
    first, second = House(house.folder / "first"), House(house.folder / "second")
    first.folder.mkdir()
    second.folder.mkdir()
    try:
        first.start()
        repo = first.repository("kept", {".sampan/daily.yaml": two_jobs("echo kept")})
        sha = repo.commit("Keep")
        repo.push("master")
        ran = first.finish(first.run_of(sha))["id"]
        backup = house.folder / "backup"
        run([BIN / "sampan", "backup", "--config", first.folder / "sampan.yaml", backup])
        again = sampan("backup", "--config", first.folder / "sampan.yaml", backup)
        assert again.returncode != 0 and str(backup) in again.stdout, again.stdout
        run([BIN / "sampan", "restore", backup, second.folder / "d"])
        second.port += 1
        second.url = f"http://127.0.0.1:{second.port}"
        second.configure()
        second.up()
        second.admin, second.tokens = Api(second.url, "admin", first.password), first.tokens
        assert "kept" in second.log(ran)
        assert sha in second.repository("kept", {}).git("ls-remote", "origin", "master")
    finally:
        first.take_down()
        second.take_down()
