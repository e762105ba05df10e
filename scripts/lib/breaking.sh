# For scripts/breaks/*: each says `broken` and `mended`, and plays one of them through the Kubernetes API.
# Of the demo's own cluster, or of the one in SHOP_KUBECONFIG: never of the cluster that kubectl would take by itself.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export KUBECONFIG=${SHOP_KUBECONFIG:-$ROOT/var/demo/sandbox/cluster/admin.kubeconfig}

shop() { "$ROOT/.venv/bin/kubectl" --namespace shop "$@"; }

play() {
  if ! grep -qs 'server: https://127\.0\.0\.1:' "$KUBECONFIG"; then
    echo "no local cluster in $KUBECONFIG: start the demo first, or name its file in SHOP_KUBECONFIG" >&2
    return 2
  fi
  case "${1:-break}" in
    break) broken ;;
    mend) mended ;;
    *) echo "usage: $0 [break|mend]" >&2; return 2 ;;
  esac
}
