#!/usr/bin/env bash
# Prints where a Chromium lies that starts, installing Debian's where there is none and root asks.
# Where there is none to be had it prints the reason instead, and exits with 1.
set -uo pipefail

found() {
  for name in chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" /Applications/Chromium.app/Contents/MacOS/Chromium; do
    command -v "$name" && return
  done
  return 1
}

give_up() {
  echo "$1"
  exit 1
}

install() {
  [ "$(id -u)" = 0 ] || give_up "no chromium, chromium-browser or google-chrome on PATH, and only root may install one"
  command -v apt-get >/dev/null || give_up "no chromium on PATH, and no apt-get to install one with"
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } >"$scratch/apt" 2>&1 ||
    give_up "apt-get install chromium failed: $(tail -n 1 "$scratch/apt")"
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
browser=$(found) || { install && browser=$(found); } || give_up "apt-get installed no chromium on PATH"
# Perl's alarm, since macOS has no command that ends another after a time.
perl -e 'alarm shift; exec @ARGV' 60 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$scratch/profile" --dump-dom about:blank \
  >"$scratch/said" 2>&1 || give_up "$browser does not start: $(tail -n 1 "$scratch/said")"
echo "$browser"
