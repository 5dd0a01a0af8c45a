// MUL_MAT_ID: tokens are grouped by the matrix that they chose, which is unpacked once for them.
#include "operation.h"
#include "products.h"

#include <algorithm>
#include <new>

namespace coterie::products {
namespace {

// Rows times tokens of a share: about ten microseconds of work.
constexpr int64_t SHARE = 1024;

// The tokens of one matrix, [begin, end) in the order of groups, and the first of its shares.
struct Group {
    int64_t matrix, begin, end, share;

    int64_t tokens() const { return end - begin; }
};

// Where all threads keep what they share.
struct Shared {
    Shared(void * base, const ggml_tensor * product, int threads) {
        Workspace workspace(base);
        const ggml_tensor *weights = product->src[0], *inputs = product->src[1], *choices = product->src[2];
        const int64_t chosen = choices->ne[0] * choices->ne[1];
        input_count = inputs->ne[1] * inputs->ne[2];
        bytes = activation_bytes(inputs->ne[0]);
        tile = (tile_bytes(inputs->ne[0]) + 63) / 64 * 64;
        next = workspace.take<Counter>(1);
        groups = workspace.take<Group>(weights->ne[2] + 1);
        places = workspace.take<int64_t>(weights->ne[2]);
        quantised = workspace.take<const void *>(chosen);
        results = workspace.take<float *>(chosen);
        values = workspace.take<char>(input_count * int64_t(bytes));
        tiles = workspace.take<char>(threads * int64_t(tile));
        needed = workspace.needed();
    }

    int64_t input_count;
    size_t bytes, tile, needed;
    Counter * next;
    Group * groups;   // ends with one that has no tokens
    int64_t * places; // of each matrix: first how many chose it, then where its next token comes
    const void ** quantised;
    float ** results;
    char *values, *tiles;
};

// Calls `visit` with each token, its slot, and the matrix that it chose there.
template <typename Visit> void each_choice(const ggml_tensor * choices, Visit visit) {
    for (int64_t token = 0; token < choices->ne[1]; token++) {
        for (int64_t slot = 0; slot < choices->ne[0]; slot++) {
            const char * place = static_cast<char *>(choices->data) + slot * choices->nb[0] + token * choices->nb[1];
            visit(token, slot, *reinterpret_cast<const int32_t *>(place));
        }
    }
}

int64_t rows_of_share(const Group & group) {
    return tile_rows() * std::max<int64_t>(SHARE / (tile_rows() * group.tokens()), 1);
}

void make_groups(const Shared & shared, const ggml_tensor * product) {
    const ggml_tensor *weights = product->src[0], *choices = product->src[2];
    std::fill_n(shared.places, weights->ne[2], 0);
    each_choice(choices, [&](int64_t, int64_t, int32_t matrix) { shared.places[matrix]++; });
    int64_t begin = 0, share = 0;
    Group * group = shared.groups;
    for (int64_t matrix = 0; matrix < weights->ne[2]; matrix++) {
        const int64_t count = shared.places[matrix];
        shared.places[matrix] = begin;
        if (count) {
            *group = { matrix, begin, begin + count, share };
            share += (weights->ne[1] + rows_of_share(*group) - 1) / rows_of_share(*group);
            begin += count;
            group++;
        }
    }
    *group = { 0, begin, begin, share };
}

void place_tokens(const Shared & shared, const ggml_tensor * product) {
    const int64_t inputs_each = product->src[1]->ne[1];
    each_choice(product->src[2], [&](int64_t token, int64_t slot, int32_t matrix) {
        const int64_t place = shared.places[matrix]++;
        char * result = static_cast<char *>(product->data) + slot * product->nb[1] + token * product->nb[2];
        shared.results[place] = reinterpret_cast<float *>(result);
        const size_t input = size_t(slot % inputs_each + token * inputs_each);
        shared.quantised[place] = shared.values + input * shared.bytes;
    });
}

void quantise_inputs(const Part & part, const Shared & shared, const ggml_tensor * product) {
    const ggml_tensor * inputs = product->src[1];
    for (int64_t input = part.thread; input < shared.input_count; input += part.threads) {
        const char * place = static_cast<char *>(inputs->data);
        place += input % inputs->ne[1] * inputs->nb[1] + input / inputs->ne[1] * inputs->nb[2];
        quantise(reinterpret_cast<const float *>(place), inputs->ne[0], shared.values + size_t(input) * shared.bytes);
    }
}

} // namespace

size_t workspace_of_chosen(const ggml_tensor * product, int threads) {
    return Shared(nullptr, product, threads).needed;
}

void compute_chosen(const Backend & backend, const Part & part, ggml_tensor * product) {
    const ggml_tensor * weights = product->src[0];
    const Shared shared(part.workspace, product, part.threads);
    if (part.thread == 0) {
        new (shared.next) Counter(0);
        make_groups(shared, product);
        place_tokens(shared, product);
    }
    quantise_inputs(part, shared, product);
    backend.barrier(part.pool);

    void * tile = shared.tiles + size_t(part.thread) * shared.tile;
    const Group * group = shared.groups;
    while (true) {
        const int64_t share = shared.next->fetch_add(1, std::memory_order_relaxed);
        while (group->tokens() && share >= group[1].share) {
            group++;
        }
        if (!group->tokens()) {
            return;
        }
        const int64_t rows = rows_of_share(*group), first = (share - group->share) * rows;
        const int64_t end = std::min(first + rows, weights->ne[1]);
        const char * matrix = static_cast<char *>(weights->data) + size_t(group->matrix) * weights->nb[2];
        multiply(weights->type, weights->ne[0], matrix, weights->nb[1], first, end, shared.quantised + group->begin,
                 shared.results + group->begin, group->tokens(), tile);
    }
}

} // namespace coterie::products
