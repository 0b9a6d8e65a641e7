// Preloaded into the programs of a story: a disk that returns errors or is slow, a wall clock that was set, and a
// journal of what was written and synced, from which a stop of the machine is made. Told by the file of
// SAMPAN_FAULTS, which is mapped, so that a story changes its mind while the programs run.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

namespace {

struct Faults {
  int32_t write_error, sync_error, sync_delay_ms, journal;
  int64_t clock_ahead_s;
  char below[488];  // whose files: those whose path begins with it
};
static_assert(sizeof(Faults) == 512);

const Faults& faults() {
  static const Faults* mapped = [] {
    static const Faults none{};
    const char* path = getenv("SAMPAN_FAULTS");
    const int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) return &none;
    void* at = mmap(nullptr, sizeof(Faults), PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    return at == MAP_FAILED ? &none : static_cast<const Faults*>(at);
  }();
  return *mapped;
}

template <class F>
F next(F, const char* name) {
  return reinterpret_cast<F>(dlsym(RTLD_NEXT, name));
}

bool path_of(int fd, char (&path)[4096]) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return false;
  path[length] = 0;
  return true;
}

bool is_ours(const char* path) {
  return faults().below[0] && strncmp(path, faults().below, strlen(faults().below)) == 0;
}

bool is_ours(int fd) {
  char path[4096];
  return path_of(fd, path) && is_ours(path);
}

// One line, in one write, to the end of a file of its own.
void note(char what, long long first, long long second, const char* one, const char* other) {
  static const auto real = next(&write, "write");
  static const int journal =
      open((getenv("SAMPAN_FAULTS_JOURNAL") ?: "/dev/null"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  char line[9000];
  const int length = snprintf(line, sizeof line, "%c\t%lld\t%lld\t%s\t%s\n", what, first, second, one, other);
  if (real(journal, line, static_cast<size_t>(length)) < 0) abort();
}

bool journals(const char* path) { return faults().journal && is_ours(path); }

int sync_by(int (*real)(int), int fd) {
  char path[4096];
  if ((faults().sync_error || faults().sync_delay_ms || faults().journal) && path_of(fd, path) && is_ours(path)) {
    if (faults().sync_delay_ms) usleep(static_cast<useconds_t>(faults().sync_delay_ms) * 1000);
    if (faults().sync_error) return errno = faults().sync_error, -1;
    struct stat status {};
    fstat(fd, &status);  // before: what comes meanwhile may be too late
    const int done = real(fd);
    if (done == 0 && faults().journal) note(S_ISDIR(status.st_mode) ? 'D' : 'S', status.st_size, 0, path, "");
    return done;
  }
  return real(fd);
}

bool refuses_to_write(int fd) { return faults().write_error && is_ours(fd) && (errno = faults().write_error); }

ssize_t wrote(int fd, ssize_t done, off_t at) {
  char path[4096];
  if (done > 0 && faults().journal && path_of(fd, path) && journals(path)) note('W', at, done, path, "");
  return done;
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* bytes, size_t size) {
  static const auto real = next(&write, "write");
  return refuses_to_write(fd) ? -1 : real(fd, bytes, size);
}
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  static const auto real = next(&pwrite, "pwrite");
  return refuses_to_write(fd) ? -1 : wrote(fd, real(fd, bytes, size, at), at);
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  static const auto real = next(&pwrite64, "pwrite64");
  return refuses_to_write(fd) ? -1 : wrote(fd, real(fd, bytes, size, at), at);
}
int fsync(int fd) {
  static const auto real = next(&fsync, "fsync");
  return sync_by(real, fd);
}
int fdatasync(int fd) {
  static const auto real = next(&fdatasync, "fdatasync");
  return sync_by(real, fd);
}
int rename(const char* from, const char* to) noexcept {
  static const auto real = next(&rename, "rename");
  const int done = real(from, to);
  if (done == 0 && journals(to)) note('R', 0, 0, from, to);
  return done;
}
int mkdir(const char* path, mode_t mode) noexcept {
  static const auto real = next(&mkdir, "mkdir");
  const int done = real(path, mode);
  if (done == 0 && journals(path)) note('M', 0, 0, path, "");
  return done;
}
int unlink(const char* path) noexcept {
  static const auto real = next(&unlink, "unlink");
  const int done = real(path);
  if (done == 0 && journals(path)) note('U', 0, 0, path, "");
  return done;
}
int clock_gettime(clockid_t clock, timespec* now) noexcept {
  static const auto real = next(&clock_gettime, "clock_gettime");
  const int done = real(clock, now);
  if (done == 0 && clock == CLOCK_REALTIME) now->tv_sec += faults().clock_ahead_s;
  return done;
}
int gettimeofday(timeval* now, void* zone) noexcept {
  static const auto real = next(&gettimeofday, "gettimeofday");
  const int done = real(now, zone);
  if (done == 0) now->tv_sec += faults().clock_ahead_s;
  return done;
}
time_t time(time_t* out) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}
}
