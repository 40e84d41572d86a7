# shellcheck shell=bash
# Sourced first by every script: with --help or -h, prints the comment at the top of the script and ends.

case ${1:-} in
-h | --help)
    awk 'NR == 1 { next } !/^#/ { exit } { sub(/^# ?/, ""); print }' "$0"
    exit 0
    ;;
esac
