#!/usr/bin/env bash
# Pins a list, takes a backup of the pinset and restores it to a fresh peer, as a person would who looks after a peer.
#
#   backup-and-restore.sh FOLDER LIST
#
# FOLDER is for the two peers, LIST has a CID and a name on each line. The programs are found in PATH; addresses are taken
# from the environment, in the variables that the peer reads.
set -euo pipefail

folder=$1
list=$2
count=$(wc -l <"$list")
daemon=

ctl() { ipfs-cluster-ctl --host "$CLUSTER_RESTAPI_HTTPLISTENMULTIADDRESS" "$@"; }

fail() {
  echo "$1" >&2
  exit 1
}

# Tries a command again until it succeeds, for a minute.
eventually() {
  for _ in $(seq 300); do
    if "$@"; then return; fi
    sleep 0.2
  done
  fail "in vain: $*"
}

is_ready() {
  kill -0 "$daemon" || fail "the daemon has ended: $(tail -5 "$log")"
  grep -q 'IPFS Cluster is READY' "$log"
}

start() {
  log=$folder/$(basename "$IPFS_CLUSTER_PATH").log
  ipfs-cluster-service daemon >"$log" 2>&1 &
  daemon=$!
  eventually is_ready
}

stop() {
  kill "$daemon"
  wait "$daemon" || fail "the daemon ended with status $?"
  daemon=
}

trap '[ -z "$daemon" ] || kill -9 "$daemon"' EXIT

pinned() { ctl --enc json status | jq -s '[.[].peer_map[] | select(.status == "pinned")] | length'; }
has_pinned() { [ "$(pinned)" -eq "$1" ]; }
is_unpinned() { ! ctl pin ls "$1" >/dev/null 2>&1; }
pins_of() { jq -r '[.cid, .name, .metadata.list] | @tsv' | sort; }

echo '1. a peer'
export IPFS_CLUSTER_PATH=$folder/first
ipfs-cluster-service init 2>/dev/null
[ "$(stat -c %a "$IPFS_CLUSTER_PATH/service.json")" = 600 ] || fail 'service.json can be read by others'
start
ctl --enc json id | jq -e '.error == "" and (.id | startswith("12D3"))' >/dev/null || fail 'the peer is not well'

echo '2. pins'
while read -r cid name; do
  ctl pin add --name "$name" --metadata list=mine "$cid" >/dev/null
done <"$list"
eventually has_pinned "$count"
ctl --enc json pin ls | pins_of >"$folder/pinned.tsv"
awk '{ print $1 "\t" $2 "\tmine" }' "$list" | sort | diff - "$folder/pinned.tsv" || fail 'other pins than were asked for'

echo '3. one pin less'
read -r gone _ <"$list"
ctl pin rm "$gone" >/dev/null
eventually is_unpinned "$gone"
eventually has_pinned $((count - 1))
stop

echo '4. a backup'
ipfs-cluster-service state export -f "$folder/backup.json" 2>/dev/null
[ "$(wc -l <"$folder/backup.json")" -eq $((count - 1)) ] || fail 'the backup has another number of pins'
pins_of <"$folder/backup.json" >"$folder/backup.tsv"
grep -v "^$gone" "$folder/pinned.tsv" | diff - "$folder/backup.tsv" || fail 'the backup has other pins'

echo '5. a fresh peer from the backup'
export IPFS_CLUSTER_PATH=$folder/second
ipfs-cluster-service init 2>/dev/null
head -c -20 "$folder/backup.json" >"$folder/cut.json"
if ipfs-cluster-service state import -f "$folder/cut.json" 2>/dev/null; then fail 'half a backup was taken'; fi
echo y | ipfs-cluster-service state import "$folder/backup.json" >/dev/null 2>&1
ipfs-cluster-service state export 2>/dev/null | pins_of | diff - "$folder/backup.tsv" || fail 'other pins were restored'
start
eventually has_pinned $((count - 1))
ctl --enc json pin ls | pins_of | diff - "$folder/backup.tsv" || fail 'the fresh peer has other pins'
stop

echo '6. nothing left'
ipfs-cluster-service state cleanup --force 2>/dev/null
[ -z "$(ipfs-cluster-service state export 2>/dev/null)" ] || fail 'the pinset is still there'
echo done
