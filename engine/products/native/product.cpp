// MUL_MAT: the threads quantise the tokens, and then take rows of the matrix in turns.
#include "operation.h"
#include "products.h"

#include <algorithm>
#include <new>

namespace coterie::products {
namespace {

// Shares for each thread, so that none waits long for the last.
constexpr int64_t SHARES = 4;
// Unpacking a row must pay.
constexpr int64_t FEWEST_OF_SHARE = 32;

// Where all threads keep what they share.
struct Shared {
    Shared(void * base, const ggml_tensor * product, int threads) {
        Workspace workspace(base);
        const ggml_tensor * inputs = product->src[1];
        tokens = ggml_nrows(inputs);
        bytes = activation_bytes(inputs->ne[0]);
        tile = (tile_bytes(inputs->ne[0]) + 63) / 64 * 64;
        next = workspace.take<Counter>(1);
        quantised = workspace.take<const void *>(tokens);
        results = workspace.take<float *>(tokens);
        values = workspace.take<char>(tokens * int64_t(bytes));
        tiles = workspace.take<char>(threads * int64_t(tile));
        needed = workspace.needed();
    }

    int64_t tokens;
    size_t bytes, tile, needed;
    Counter * next;
    const void ** quantised;
    float ** results;
    char *values, *tiles;
};

void quantise_tokens(const Part & part, const Shared & shared, ggml_tensor * product) {
    const ggml_tensor * inputs = product->src[1];
    for (int64_t token = part.thread; token < shared.tokens; token += part.threads) {
        const int64_t i1 = token % inputs->ne[1], i2 = token / inputs->ne[1] % inputs->ne[2];
        const int64_t i3 = token / (inputs->ne[1] * inputs->ne[2]);
        const char * values = static_cast<char *>(inputs->data);
        values += i1 * inputs->nb[1] + i2 * inputs->nb[2] + i3 * inputs->nb[3];
        char * result = static_cast<char *>(product->data);
        result += i1 * product->nb[1] + i2 * product->nb[2] + i3 * product->nb[3];
        char * to = shared.values + size_t(token) * shared.bytes;
        quantise(reinterpret_cast<const float *>(values), inputs->ne[0], to);
        shared.quantised[token] = to;
        shared.results[token] = reinterpret_cast<float *>(result);
    }
}

} // namespace

size_t workspace_of_product(const ggml_tensor * product, int threads) {
    return Shared(nullptr, product, threads).needed;
}

void compute_product(const Backend & backend, const Part & part, ggml_tensor * product) {
    const ggml_tensor * weights = product->src[0];
    const Shared shared(part.workspace, product, part.threads);
    if (part.thread == 0) {
        new (shared.next) Counter(0);
    }
    quantise_tokens(part, shared, product);
    backend.barrier(part.pool);

    const int64_t rows = weights->ne[1], height = tile_rows(), row_shares = (rows + height - 1) / height;
    const int64_t wanted = (SHARES * part.threads + row_shares - 1) / row_shares;
    const int64_t token_shares = std::clamp<int64_t>(wanted, 1, std::max<int64_t>(shared.tokens / FEWEST_OF_SHARE, 1));
    const int64_t width = (shared.tokens + token_shares - 1) / token_shares;
    void * tile = shared.tiles + size_t(part.thread) * shared.tile;
    while (true) {
        const int64_t share = shared.next->fetch_add(1, std::memory_order_relaxed);
        if (share >= row_shares * token_shares) {
            return;
        }
        const int64_t row = share % row_shares * height, token = share / row_shares * width;
        const int64_t count = std::min(width, shared.tokens - token);
        if (count > 0) {
            multiply(weights->type, weights->ne[0], weights->data, weights->nb[1], row, std::min(row + height, rows),
                     shared.quantised + token, shared.results + token, count, tile);
        }
    }
}

} // namespace coterie::products
