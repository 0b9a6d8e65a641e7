#!/bin/bash
# Puts the demo's base images into a registry, as base/java17:1 and base/static:1.
#
# Where an outside registry can be reached they are pulled from it; where none can, they are made on this machine from
# Debian's packages: java17 is Debian's essential packages and a Java 17 runtime, static is nginx, what it links to and
# busybox. What is in the registry already is left alone; what was made once is kept in the cache.
#
#   REGISTRY=host:port              where they go (required)
#   REGISTRY_USER, REGISTRY_PASSWORD  the account, if it needs one
#   REGISTRY_TLS=true               the registry speaks https (default false: a registry on this machine)
#   DEMO_CACHE                      where made images are kept (default: .demo/cache beside this folder)
#   DEMO_PULL=no                    do not even try to pull
# Needs skopeo; to make images also mmdebstrap and zstd. Run as root.
set -euo pipefail
: "${REGISTRY:?address of the registry, like 127.0.0.1:5000}"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${DEMO_CACHE:-$here/../.demo/cache}/base-images
tls=${REGISTRY_TLS:-false}
suite=bookworm

now() { date +%s%N; }
took() { local ms=$((($(now) - $1) / 1000000)); printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100)); }
say() { printf '%s\n' "$*"; }
fail() { printf 'base-images: %s\n' "$*" >&2; exit 1; }
need() { command -v "$1" >/dev/null || fail "$1 is not installed (apt-get install $2)"; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
need skopeo skopeo

# The password goes into a file only we can read, not onto a command line that everybody can.
auth=$work/auth.json
(umask 077
 if [ -n "${REGISTRY_USER:-}" ]; then
   printf '{"auths":{"%s":{"auth":"%s"}}}' "$REGISTRY" "$(printf '%s:%s' "$REGISTRY_USER" "${REGISTRY_PASSWORD:-}" | base64 -w0)"
 else
   printf '{}'
 fi >"$auth")

in_registry() { skopeo inspect --raw --authfile "$auth" --tls-verify="$tls" "docker://$REGISTRY/base/$1:1" >/dev/null 2>&1; }

# outside IMAGE: is there a registry outside that has it? Answers within 4 seconds.
outside() { [ "${DEMO_PULL:-yes}" != no ] && timeout -k 1 4 skopeo inspect --raw "docker://$1" >/dev/null 2>&1; }

# make_layer NAME: the root file system of base/NAME as a tar file on standard output.
clean='rm -rf "$1"/usr/share/{doc,man,info,locale,lintian,bug,fonts,i18n,perl,zsh,vim,bash-completion}/* "$1"/var/cache/* "$1"/var/log/*
  "$1"/var/lib/apt/lists/* "$1"/usr/lib/*/gconv "$1"/usr/lib/*/perl'
make_layer() {
  case $1 in
  java17)
    # ct.sym is javac's; classes_nocoops.jsa is for heaps over 32 GB.
    mmdebstrap --quiet --variant=essential --include=openjdk-17-jre-headless \
      --essential-hook='mkdir -p "$1/usr/share/man/man1"' \
      --customize-hook="bash -c '${clean//$'\n'/}' _ \"\$1\"" \
      --customize-hook='rm -rf "$1"/usr/lib/jvm/*/lib/ct.sym "$1"/usr/lib/jvm/*/lib/server/classes_nocoops.jsa "$1"/usr/lib/jvm/*/man' \
      $suite - ;;
  static)
    # Unpacked, not configured: no package manager, no user accounts but these two. busybox gives the Dockerfile a shell.
    mmdebstrap --quiet --variant=extract --include=nginx-light,busybox-static \
      --customize-hook="bash -c '${clean//$'\n'/}' _ \"\$1\"" \
      --customize-hook='cd "$1"; mkdir -p tmp var/log/nginx var/lib/nginx run etc; chmod 1777 tmp
        printf "root:x:0:0:root:/:/bin/sh\nwww-data:x:33:33:www-data:/:/bin/false\n" >etc/passwd
        printf "root:x:0:\nwww-data:x:33:\n" >etc/group
        for tool in sh ls cat cp mv rm ln mkdir chmod chown sed grep gzip wget; do [ -e bin/$tool ] || ln -s busybox bin/$tool; done' \
      $suite - ;;
  esac
}

# make_image NAME DIR: base/NAME as an OCI image layout of one layer in DIR, complete or not there at all.
put_blob() { local sum; sum=$(sha256sum <"$1" | cut -c1-64); mv "$1" "$2/blobs/sha256/$sum"; printf '"digest":"sha256:%s","size":%s' "$sum" "$(stat -c %s "$2/blobs/sha256/$sum")"; }
make_image() {
  local name=$1 out=$2.part tar=$work/$1.tar diff layer config manifest
  rm -rf "$out"; mkdir -p "$out/blobs/sha256"
  make_layer "$name" >"$tar" || fail "mmdebstrap could not make $name"
  diff=$(sha256sum <"$tar" | cut -c1-64)
  zstd -q -1 -T0 "$tar" -o "$work/layer"; rm "$tar"
  layer=$(put_blob "$work/layer" "$out")
  printf '%s' '{"created":"1970-01-01T00:00:00Z","architecture":"'"$(dpkg --print-architecture)"'","os":"linux",' \
    '"config":{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"Cmd":["/bin/sh"]},' \
    '"rootfs":{"type":"layers","diff_ids":["sha256:'"$diff"'"]},' \
    '"history":[{"created":"1970-01-01T00:00:00Z","created_by":"mmdebstrap '"$suite $name"'"}]}' >"$work/config"
  config=$(put_blob "$work/config" "$out")
  printf '%s' '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",' \
    '"config":{"mediaType":"application/vnd.oci.image.config.v1+json",'"$config"'},' \
    '"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+zstd",'"$layer"'}]}' >"$work/manifest"
  manifest=$(put_blob "$work/manifest" "$out")
  printf '{"imageLayoutVersion":"1.0.0"}' >"$out/oci-layout"
  printf '%s' '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",'"$manifest"',' \
    '"annotations":{"org.opencontainers.image.ref.name":"1"}}]}' >"$out/index.json"
  rm -rf "$2"; mv "$out" "$2"
}

# provide NAME OUTSIDE-IMAGE
reachable=unknown
provide() {
  local name=$1 from=$2 dir=$cache/$1 start
  start=$(now)
  if in_registry "$name"; then say "base/$name:1  is in the registry ($(took "$start"))"; return; fi
  if [ ! -e "$dir/index.json" ] && [ $reachable != no ]; then
    if outside "$from"; then
      say "base/$name:1  pulling $from, as an outside registry can be reached"
      skopeo copy -q --dest-authfile "$auth" --dest-tls-verify="$tls" "docker://$from" "docker://$REGISTRY/base/$name:1"
      say "base/$name:1  pulled and pushed ($(took "$start"))"; return
    fi
    reachable=no
    say "no outside registry can be reached ($(took "$start")): base images are made here from Debian's packages"
  fi
  start=$(now)
  if [ -e "$dir/index.json" ]; then
    say "base/$name:1  was made before"
  else
    need mmdebstrap mmdebstrap; need zstd zstd
    mkdir -p "$cache"
    make_image "$name" "$dir"
    say "base/$name:1  made, $(($(du -sk "$dir" | cut -f1) / 1024)) MB compressed ($(took "$start"))"
  fi
  start=$(now)
  skopeo copy -q --dest-authfile "$auth" --dest-tls-verify="$tls" "oci:$dir:1" "docker://$REGISTRY/base/$name:1"
  say "base/$name:1  pushed ($(took "$start"))"
}

provide java17 "${OUTSIDE_JAVA17:-eclipse-temurin:17-jre-jammy}"
provide static "${OUTSIDE_STATIC:-nginx:1-alpine}"
