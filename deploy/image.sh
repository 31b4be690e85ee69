#!/usr/bin/env bash
# What the image is made of: `deploy/image.sh TARGET` fills the empty folder TARGET with Cadre as it runs in production:
# the services' sources with contracts and page assets, and a Python environment of the locked packages, tools left out.
# deploy/Dockerfile runs these lines, and so do the tests.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(realpath -m "${1:?Usage: deploy/image.sh TARGET}")
if [[ -e $target && -n $(ls -A "$target") ]]; then
  echo "$target is not empty." >&2
  exit 1
fi

# Contracts and page assets are generated; their generators stay behind.
make --no-print-directory BYTECODE= setup

members=(libs/contracts libs/citations libs/prose libs/servicekit libs/cli services/*)
mkdir -p "$target"
for member in "${members[@]}"; do
  mkdir -p "$target/$member"
  cp -R "$member/src" "$target/$member/src"
  # Which services there are is read off these, here as there.
  cp "$member/pyproject.toml" "$target/$member/pyproject.toml"
  if [[ -d $member/migrations ]]; then cp -R "$member/migrations" "$target/$member/migrations"; fi
done
# What an installation brings in; the demonstration and the synthetic staff stay behind.
mkdir "$target/data"
cp -R data/reference data/notices "$target/data"
find "$target" -name __pycache__ -type d -prune -exec rm -rf {} +

# The members' own dependencies at the versions and hashes of the lock: nothing that only working on them needs.
uv="$PWD/.venv/bin/uv"
"$uv" pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 \
  --constraint requirements.lock --no-emit-package cadre-citations --no-emit-package cadre-contracts \
  --no-emit-package cadre-prose --no-emit-package servicekit \
  "${members[@]/%//pyproject.toml}" -o "$target/requirements.lock"
"$uv" venv --quiet --python python3 "$target/.venv"
VIRTUAL_ENV="$target/.venv" "$uv" pip sync --quiet --compile-bytecode --require-hashes "$target/requirements.lock"

# The members are found where they lie, as in the source tree.
packages=$("$target/.venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
printf "$target/%s/src\n" "${members[@]}" > "$packages/cadre.pth"
printf '#!/bin/sh\nexec "%s" -m cadre_cli "$@"\n' "$target/.venv/bin/python" > "$target/.venv/bin/cadre"
chmod 755 "$target/.venv/bin/cadre"
"$target/.venv/bin/python" -m compileall -q "$target/libs" "$target/services"
# Whoever the container runs as may read all of it, and change none of it.
chmod -R go=u-w "$target"
