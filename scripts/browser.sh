#!/bin/sh
# Finds headless Chromium and a Chinese font for the browser tests; installs Debian's where that is allowed.
# Prints the browser's path on standard output, everything else on standard error.
# BROWSER=skip (read by scripts/check.py) leaves the browser tests out instead.
set -eu

find_browser() {
    for name in "${SHOUWEN_CHROMIUM:-}" chromium chromium-browser google-chrome-stable google-chrome; do
        [ -n "$name" ] || continue
        path=$(command -v "$name" 2>/dev/null) || continue
        # a snap's stub answers to the name but is no browser
        if "$path" --version >/dev/null 2>&1; then
            printf '%s\n' "$path"
            return 0
        fi
    done
    return 1
}

has_font() {
    if command -v fc-list >/dev/null 2>&1; then
        [ -n "$(fc-list ':lang=zh-cn' family 2>/dev/null)" ]
    else
        return 1
    fi
}

if browser=$(find_browser) && has_font; then
    printf '%s\n' "$browser"
    exit 0
fi

if ! command -v apt-get >/dev/null 2>&1; then
    echo "browser: Chromium or a Chinese font is missing and there is no apt-get here." >&2
    echo "browser: install Chromium and Noto Sans CJK (SHOUWEN_CHROMIUM names the program), or run with BROWSER=skip." >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "browser: Chromium or a Chinese font is missing, and only root may install them." >&2
    echo "browser: ask for  apt-get install chromium fonts-noto-cjk fontconfig , or run with BROWSER=skip." >&2
    exit 1
fi

echo "browser: installing chromium, fonts-noto-cjk and fontconfig with apt-get (a minute or two)" >&2
$as_root apt-get update -q >&2
$as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends chromium fonts-noto-cjk fontconfig >&2
if browser=$(find_browser) && has_font; then
    printf '%s\n' "$browser"
else
    echo "browser: apt-get ended well but there is still no working Chromium with a Chinese font; see above." >&2
    echo "browser: SHOUWEN_CHROMIUM may name one; BROWSER=skip leaves the browser tests out." >&2
    exit 1
fi
