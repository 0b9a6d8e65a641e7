"""A data folder on a disk that is full: what does not fit is refused with a sentence, and nothing of it stays."""
import base64
import os
import subprocess
import urllib.error
import urllib.request

from house import ApiError, House, Repo


def a_full_disk_refuses_and_loses_nothing(house):
    folder = house.folder / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], check=True)
    small = House(folder)
    try:
        small.start()
        provoke(small, house.folder / "elsewhere")
    finally:
        small.take_down()
        subprocess.run(["umount", "-l", str(folder)], check=True)


def provoke(small, elsewhere):
    small.repository("full", {"a": "1\n"}).commit("One")
    repo = small.repository("full", {})
    repo.push("master")
    before = repo.git("ls-remote", "origin")
    filler = small.folder / "filler"
    with open(filler, "wb", buffering=0) as out:
        try:
            while out.write(b"x" * 65536):
                pass
        except OSError:
            pass  # it is full

    elsewhere.mkdir()
    other = Repo(elsewhere, repo.url, "li", small.tokens["li"])
    other.git("init", "-q", "-b", "master")
    (elsewhere / "big").write_bytes(os.urandom(3_000_000))
    other.commit("Big")
    pushed = other.git("push", repo.url, "HEAD:refs/heads/big", check=False)
    assert "No space left" in pushed and "rejected" in pushed, pushed
    assert repo.git("ls-remote", "origin") == before

    status, answer = upload(small)
    assert status == 503 and "the disk is full; free some space" in answer, answer
    try:
        small.li.post("/api/v1/repos", {"group": "company", "name": "other", "template": "empty"})
        raise AssertionError("a repository was made on a full disk")
    except ApiError as refused:
        assert refused.status == 503 and "the disk" in refused.message and "is full" in refused.message, refused
    assert not small.admin.exists("/api/v1/repos/company/other")

    filler.unlink()
    other.git("push", repo.url, "HEAD:refs/heads/big")
    small.li.post("/api/v1/repos", {"group": "company", "name": "other", "template": "empty"})
    status, answer = upload(small)
    assert status == 400 and "DIGEST_INVALID" in answer, answer  # room enough now; the digest is a wrong one


def upload(house):
    request = urllib.request.Request(house.url + "/v2/company/full/blobs/uploads/?digest=sha256:" + "0" * 64, method="POST", data=os.urandom(3_000_000))
    request.add_header("Authorization", "Basic " + base64.b64encode(f"li:{house.tokens['li']}".encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
