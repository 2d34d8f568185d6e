/** Where the script keeps what it knows on a node. Plain paths: they stand in the script as they are. */
export interface FenceFolders {
  /** Gone with a boot, as the commands that it speaks of are: the script itself, its lock, a file for every running command. */
  readonly run: string;
  /** Outlives a boot: the epochs that were seen, and whose node this is. */
  readonly state: string;
}

/**
 * POSIX sh (dash, bash, busybox), with util-linux' flock and GNU's timeout around it. Run as `sh FILE`: /run may be mounted noexec.
 */
export const fenceScriptText = (folders: FenceFolders): string => `#!/bin/sh
# Lets commands run only for whoever holds the newest leases, as far as this node has been told.
#   fence run    OPTIONS KEY=EPOCH... -- COMMAND...   runs it, unless a higher epoch of a key was seen
#   fence take   OPTIONS KEY=EPOCH...                 raises the epochs; waits for, or ends, what runs below them
#   fence forget OPTIONS KEY=EPOCH...                 the node leaves its installation
# OPTIONS: --installation ID --node ID (whose node this is); of take: --patience S --grace S (before TERM; then before KILL).
# Exit codes of its own, each with a line on stderr: 64 usage, 74 cannot work, 75 a higher epoch was seen, 76 somebody else's node.
run=${folders.run} state=${folders.state}
running=$run/running lock=$run/lock epochs=$state/epochs marker=$state/installation
installation='' node='' patience=20 grace=20 pairs=''

die() {
  trap - EXIT
  echo "brickyard-fence: $2" >&2
  exit "$1"
}

# --- what the node remembers

# Of a file that a power cut has left empty or spoilt nothing is believed.
recall() {
  found=''
  [ ! -s "$1" ] || read -r found <"$1" || :
}

recall_epoch() {
  file=\${1%=*}
  while [ "$file" != "\${file#*/}" ]; do file=\${file%%/*}:\${file#*/}; done
  file=$epochs/$file
  recall "$file"
  case $found in '' | *[!0-9]*) found=0 ;; esac
}

# One at a time passes from here to leave: a command that a take does not see running has not looked at the epochs yet.
enter() {
  [ -d "$running" ] && [ -d "$epochs" ] || (umask 077 && mkdir -p "$running" "$epochs") || die 74 "cannot make its folders"
  exec 9>>"$lock"
  flock -w 30 9 || die 74 "$lock is held for too long"
}

leave() {
  exec 9>&-
}

check_owner() {
  recall "$marker"
  owner=$found
  [ -z "$owner" ] || [ -z "$installation" ] || [ "$owner" = "$installation" ] || die 76 "$marker says $owner"
}

# Taking over brings no node in: it may come after the node was let go.
claim() {
  [ -z "$installation" ] || [ -n "$owner" ] ||
    { printf '%s\\n' "$installation" "$node" >"$marker.new" && mv -f "$marker.new" "$marker"; } || die 74 "cannot write $marker"
}

check_epochs() {
  for pair in $pairs; do
    recall_epoch "$pair"
    [ "\${pair##*=}" -ge "$found" ] || die 75 "\${pair%=*} is at epoch $found, refused \${pair##*=}"
  done
}

raise_epochs() {
  raised=''
  for pair in $pairs; do
    recall_epoch "$pair"
    [ "\${pair##*=}" -gt "$found" ] || continue
    { echo "\${pair##*=}" >"$epochs/.new" && mv -f "$epochs/.new" "$file"; } || die 74 "cannot write $file"
    raised=yes
  done
  # Nobody sends a command a week late: a node must not keep a file for every volume that there ever was.
  [ -z "$raised" ] || find "$epochs" "$running" -type f -mtime +7 -delete 2>/dev/null
}

# --- what runs: a file for every command, named by its shell, "PID START GROUP PROGRAM" and its KEY=EPOCH lines

# start and group of process $1; false where there is none
look_up() {
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  # shellcheck disable=SC2086 # the words after "PID (name)"
  set -- \${stat##*) }
  [ "$1" != Z ] || return 1
  group=$3 start=\${20}
}

run() {
  look_up $$ || die 74 "cannot read /proc"
  me=$$-$start
  # shellcheck disable=SC2086 # one word each
  printf '%s\\n' "$$ $start $group \${1##*/}" $pairs >"$running/$me" || die 74 "cannot write $running/$me"
  leave
  trap - EXIT
  # timeout(1) sends TERM to all of us, and would leave with this shell: it has to stay as long as the command does.
  trap : HUP INT TERM
  # the shell's own word about a signal is no output of the command
  exec 3>&2 2>/dev/null
  export BRICKYARD_FENCE="$me"
  (exec "$@" 2>&3 3>&-)
  status=$?
  rm -f "$running/$me"
  trap - HUP INT TERM
  [ $status -le 128 ] || kill -$((status - 128)) $$
  exit $status
}

overtaken() {
  while read -r entry; do
    for pair in $pairs; do
      [ "\${entry%=*}" != "\${pair%=*}" ] || [ "\${entry##*=}" -ge "\${pair##*=}" ] || return 0
    done
  done <"$1"
  return 1
}

# The processes of a record: its shell and, even without it, what the command has started in its process group. A process is
# known by its start or by its environment, never by its number alone, which somebody else may have by now.
find_members() {
  members=''
  read -r shell shell_start shell_group program <"$1" || return
  ! look_up "$shell" || [ "$start" != "$shell_start" ] || members=$shell
  for other in $(grep -lszx "BRICKYARD_FENCE=\${1##*/}" /proc/[0-9]*/environ); do
    other=\${other#/proc/}
    other=\${other%/environ}
    ! look_up "$other" || [ "$group" != "$shell_group" ] || members="$members $other"
  done
}

take() {
  leave
  polls=0 left=yes
  while [ -n "$left" ]; do
    left=''
    for record in "$running"/*; do
      [ -e "$record" ] && overtaken "$record" || continue
      find_members "$record"
      if [ -z "$members" ]; then
        rm -f "$record"
        continue
      fi
      left=yes
      # glusterd goes on when its command line is killed: that ends by its own deadline
      [ "$program" != gluster ] || continue
      # shellcheck disable=SC2086 # a list of numbers
      if [ $polls -ge $(((patience + grace) * 10)) ]; then
        kill -KILL $members
      elif [ $polls -eq $((patience * 10)) ]; then
        kill -TERM $members
      fi
    done
    polls=$((polls + 1))
    [ -z "$left" ] || sleep 0.1
  done 2>/dev/null
  trap - EXIT
  exit 0
}

forget() {
  by=''
  [ ! -s "$marker" ] || { read -r _ && read -r by; } <"$marker" || :
  if [ -z "$owner" ] || [ "$by" = "$node" ]; then
    rm -rf "$epochs" "$marker" "$marker.new" && { rmdir "$state" 2>/dev/null || :; }
  fi || die 74 "cannot empty $state"
  trap - EXIT
  exit 0
}

trap 'die 74 "cannot go on"' EXIT
verb=$1
shift
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  case $1 in
    --installation) installation=$2 && shift ;;
    --node) node=$2 && shift ;;
    --patience) patience=$2 && shift ;;
    --grace) grace=$2 && shift ;;
    [!A-Za-z0-9]* | *[!A-Za-z0-9_./=-]* | *=*=* | *= | *=*[!0-9]*) die 64 "not KEY=EPOCH: $1" ;;
    *=*) pairs="$pairs $1" ;;
    *) die 64 "not KEY=EPOCH: $1" ;;
  esac
  shift
done
[ "\${1-}" != -- ] || shift
[ -n "$pairs" ] || die 64 'no KEY=EPOCH'
enter
check_owner
check_epochs
case $verb in
  run)
    [ $# -gt 0 ] || die 64 'no command'
    # the shell's own words for it begin like those of programs that have found nothing to do
    command -v "$1" >/dev/null || die 127 "there is no program $1 on this node"
    claim
    ;;
  take) ;;
  forget) forget ;;
  *) die 64 "unknown: $verb" ;;
esac
raise_epochs
"$verb" "$@"
`;
