#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes configure and the Makefile templates from configure.ac and Makefile.am.

set -e
cd "$(dirname "$0")"

if ! command -v autoreconf >/dev/null 2>&1; then
	echo "autogen.sh: autoreconf is missing: install the packages autoconf, automake and pkg-config" >&2
	exit 1
fi

exec autoreconf -fi
