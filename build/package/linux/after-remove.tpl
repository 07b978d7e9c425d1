#!/bin/sh
# Run by the system's package manager after a removal, and before the new version of an upgrade is set up.
set -e

# dpkg says `upgrade`, rpm how many versions remain.
case $1 in
  upgrade | failed-upgrade | abort-* | 1) exit 0 ;;
esac

rm -f '/usr/bin/${executable}'
profile='/etc/apparmor.d/${executable}'
if [ -f "$profile" ]; then
  if command -v apparmor_parser >/dev/null && ! { command -v ischroot >/dev/null && ischroot; }; then
    apparmor_parser --remove "$profile" || true
  fi
  rm -f "$profile"
fi
