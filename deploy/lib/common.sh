# Shared by quickstart.sh and test.sh; sourced, not run.
#
# Works from any folder, from a tarball without version control, in paths with
# spaces, without a terminal, as root or through `sudo -n`.

# The repository's root, as an absolute path.
root="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)"
jobs="${DYNARCH_JOBS:-$(nproc)}"
timings=()

# phase NAME COMMAND...: runs the command and notes its seconds.
phase() {
  local name="$1" start=$SECONDS status
  shift
  printf '\n== %s\n' "$name"
  # Not `"$@" || ...`: there bash would not stop at the first failed line.
  set +e
  (
    set -e
    "$@"
  )
  status=$?
  set -e
  timings+=("$name $((SECONDS - start)) s")
  if ((status != 0)); then
    printf '%s: failed after %d s\n' "$name" $((SECONDS - start)) >&2
    print_timings
    exit "$status"
  fi
}

# Seconds per phase, one line.
print_timings() {
  local IFS=,
  printf '\nSeconds per phase: %s\n' "${timings[*]}"
}

# Packages of the lists, one per line, without comments.
listed_packages() {
  local list
  for list in "$@"; do
    sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' \
      "$root/deploy/packages/$list"
  done
}

# The given packages that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    if [[ "$(dpkg-query -W -f='${db:Status-Status}' "$package" \
      2>/dev/null)" != installed ]]; then
      printf '%s\n' "$package"
    fi
  done
}

# ensure_packages LIST...: installs what the lists name and is not there. With
# everything there it touches neither apt nor the network. Without the right to
# install, prints the command and exits 2.
ensure_packages() {
  local packages missing as_root=()
  if ! command -v dpkg-query >/dev/null; then
    echo "This script installs Debian packages; dpkg-query is not here." >&2
    echo "Install the counterparts of: $(listed_packages "$@" | xargs)" >&2
    exit 2
  fi
  mapfile -t packages < <(listed_packages "$@")
  mapfile -t missing < <(missing_packages "${packages[@]}")
  if ((${#missing[@]} == 0)); then
    echo "All ${#packages[@]} packages are installed."
    return
  fi
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
      echo "Packages are missing and this user may not install them. Run:" >&2
      echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
      exit 2
    fi
    as_root=(sudo -n)
  fi
  echo "Installing ${missing[*]}"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y)
  "${apt[@]}" update </dev/null
  "${apt[@]}" install --no-install-recommends "${missing[@]}" </dev/null
}

# configure FOLDER OPTION...: CMake with Ninja into FOLDER. Quick when nothing
# changed.
configure() {
  local folder="$1"
  shift
  # Equal compilations are found again from any checkout.
  export CCACHE_BASEDIR="$root"
  cmake -S "$root" -B "$folder" -G Ninja "$@" </dev/null
}

# build FOLDER [TARGET...]
build() {
  local folder="$1"
  shift
  export CCACHE_BASEDIR="$root"
  cmake --build "$folder" --parallel "$jobs" ${1:+--target "$@"} </dev/null
}
