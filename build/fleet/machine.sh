#!/bin/sh
# Runs a command as if on a machine of its own, as far as the proxy can tell: with another name, and with a folder of managed
# settings that nobody else on this machine sees. Needs Linux 5.11 or later with user namespaces, and no root.
# machine.sh NAME FOLDER COMMAND…
set -e
NAME=$1 FOLDER=$(realpath "$2")
shift 2
export NAME FOLDER
exec unshare --user --map-root-user --mount --uts sh -c '
  set -e
  hostname "$NAME"
  # Only what is mounted here can be written to by an overlay of a user.
  mount -t tmpfs scratch /mnt
  mkdir /mnt/upper /mnt/work
  mount -t overlay overlay -o lowerdir=/etc,upperdir=/mnt/upper,workdir=/mnt/work /etc
  mkdir -p /etc/mcp-proxy-desktop
  mount --bind "$FOLDER" /etc/mcp-proxy-desktop
  exec "$@"
' sh "$@"
