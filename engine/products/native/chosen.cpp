// MUL_MAT_ID: tokens are grouped by the matrix that they chose. One that many chose is unpacked once for them; of one
// that few chose each row is multiplied by ggml's own function, so that a result depends on nothing but how many
// chose the same. Where few chose each, as when a single token is written, all is left to ggml.
#include "operation.h"
#include "products.h"

#include <algorithm>
#include <array>
#include <new>

namespace coterie::products {
namespace {

// Rows times tokens of a share: about ten microseconds of work.
constexpr int64_t SHARE = 1024;
// More matrices are not counted.
constexpr int64_t MOST_MATRICES = 1024;
// How an input is needed.
constexpr uint8_t OURS = 1, GGMLS = 2;

// The tokens of one matrix, [begin, end) in the order of groups, and the first of its shares.
struct Group {
    int64_t matrix, begin, end, share;
    bool is_ours;

    int64_t tokens() const { return end - begin; }
};

// Where all threads keep what they share.
struct Shared {
    Shared(void * base, const Backend & backend, const ggml_tensor * product, int threads) {
        Workspace workspace(base);
        const ggml_tensor *weights = product->src[0], *inputs = product->src[1], *choices = product->src[2];
        const int64_t chosen = choices->ne[0] * choices->ne[1];
        input_count = inputs->ne[1] * inputs->ne[2];
        own_bytes = activation_bytes(inputs->ne[0]);
        ggml_bytes = ggml_row_size(backend.traits(weights->type)->vec_dot_type, inputs->ne[0]);
        tile = (tile_bytes(inputs->ne[0]) + 63) / 64 * 64;
        next = workspace.take<Counter>(1);
        groups = workspace.take<Group>(weights->ne[2] + 1);
        places = workspace.take<int64_t>(weights->ne[2]);
        order = workspace.take<int64_t>(chosen);
        quantised = workspace.take<const void *>(chosen);
        results = workspace.take<float *>(chosen);
        needs = workspace.take<uint8_t>(input_count);
        own = workspace.take<char>(input_count * int64_t(own_bytes));
        ggmls = workspace.take<char>(input_count * int64_t(ggml_bytes));
        tiles = workspace.take<char>(threads * int64_t(tile));
        needed = workspace.needed();
    }

    int64_t input_count;
    size_t own_bytes, ggml_bytes, tile, needed;
    Counter * next;
    Group * groups;   // ends with one that has no tokens
    int64_t * places; // of each matrix: first how many chose it, then where its next token comes
    int64_t * order;  // the inputs, by groups
    const void ** quantised;
    float ** results;
    uint8_t * needs;
    char *own, *ggmls, *tiles;
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

// Whether as many tokens chose one of the matrices as make its product ours.
bool are_many(const ggml_tensor * product) {
    const ggml_tensor *weights = product->src[0], *choices = product->src[2];
    const int64_t least = least_tokens(weights->type);
    if (weights->ne[2] > MOST_MATRICES) {
        return choices->ne[1] >= least;
    }
    std::array<int32_t, MOST_MATRICES> counts;
    std::fill_n(counts.begin(), weights->ne[2], 0);
    int32_t most = 0;
    each_choice(choices, [&](int64_t, int64_t, int32_t matrix) { most = std::max(most, ++counts[size_t(matrix)]); });
    return most >= least;
}

// What ggml's own product wants (`ggml_graph_plan` in ggml-cpu.c), whose tiles take this much of each thread.
size_t workspace_of_ggml(const Backend & backend, const ggml_tensor * product, int threads) {
    const size_t tile = 512 * 1024, line = 64;
    const ggml_tensor *weights = product->src[0], *inputs = product->src[1], *choices = product->src[2];
    const size_t matrices = size_t(weights->ne[2]), chosen = size_t(choices->ne[0] * choices->ne[1]);
    const ggml_type type = backend.traits(weights->type)->vec_dot_type;
    const size_t values = ggml_row_size(type, ggml_nelements(inputs)) + 3 * sizeof(int64_t);
    const size_t rows = matrices * (sizeof(int64_t) + chosen * 2 * sizeof(int32_t));
    return values + rows + line * (matrices + 3) + tile * size_t(threads);
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
            *group = { matrix, begin, begin + count, share, count >= least_tokens(weights->type) };
            share += (weights->ne[1] + rows_of_share(*group) - 1) / rows_of_share(*group);
            begin += count;
            group++;
        }
    }
    *group = { 0, begin, begin, share, false };
}

void place_tokens(const Shared & shared, const ggml_tensor * product) {
    const int64_t inputs_each = product->src[1]->ne[1];
    each_choice(product->src[2], [&](int64_t token, int64_t slot, int32_t matrix) {
        const int64_t place = shared.places[matrix]++;
        char * result = static_cast<char *>(product->data) + slot * product->nb[1] + token * product->nb[2];
        shared.results[place] = reinterpret_cast<float *>(result);
        shared.order[place] = slot % inputs_each + token * inputs_each;
    });
    std::fill_n(shared.needs, shared.input_count, uint8_t(0));
    for (const Group * group = shared.groups; group->tokens(); group++) {
        for (int64_t place = group->begin; place < group->end; place++) {
            const size_t input = size_t(shared.order[place]);
            shared.needs[input] |= group->is_ours ? OURS : GGMLS;
            shared.quantised[place] =
                group->is_ours ? shared.own + input * shared.own_bytes : shared.ggmls + input * shared.ggml_bytes;
        }
    }
}

void quantise_inputs(const Backend & backend, const Part & part, const Shared & shared, const ggml_tensor * product) {
    const ggml_tensor * inputs = product->src[1];
    const ggml_type type = backend.traits(product->src[0]->type)->vec_dot_type;
    const ggml_from_float_t from_float = backend.traits(type)->from_float;
    for (int64_t input = part.thread; input < shared.input_count; input += part.threads) {
        const char * place = static_cast<char *>(inputs->data);
        place += input % inputs->ne[1] * inputs->nb[1] + input / inputs->ne[1] * inputs->nb[2];
        const float * values = reinterpret_cast<const float *>(place);
        if (shared.needs[input] & OURS) {
            quantise(values, inputs->ne[0], shared.own + size_t(input) * shared.own_bytes);
        }
        if (shared.needs[input] & GGMLS) {
            from_float(values, shared.ggmls + size_t(input) * shared.ggml_bytes, inputs->ne[0]);
        }
    }
}

void multiply_each(const Backend & backend, const ggml_tensor * weights, const char * matrix, const Shared & shared,
                   const Group & group, int64_t first, int64_t end) {
    const ggml_vec_dot_t vec_dot = backend.traits(weights->type)->vec_dot;
    for (int64_t row = first; row < end; row++) {
        const char * values = matrix + size_t(row) * weights->nb[1];
        for (int64_t place = group.begin; place < group.end; place++) {
            vec_dot(int(weights->ne[0]), shared.results[place] + row, 0, values, 0, shared.quantised[place], 0, 1);
        }
    }
}

} // namespace

size_t workspace_of_chosen(const Backend & backend, const ggml_tensor * product, int threads) {
    return std::max(Shared(nullptr, backend, product, threads).needed, workspace_of_ggml(backend, product, threads));
}

bool compute_chosen(const Backend & backend, const Part & part, ggml_tensor * product) {
    if (!are_many(product)) {
        return false;
    }
    const ggml_tensor * weights = product->src[0];
    const Shared shared(part.workspace, backend, product, part.threads);
    if (part.thread == 0) {
        new (shared.next) Counter(0);
        make_groups(shared, product);
        place_tokens(shared, product);
    }
    backend.barrier(part.pool);
    quantise_inputs(backend, part, shared, product);
    backend.barrier(part.pool);

    void * tile = shared.tiles + size_t(part.thread) * shared.tile;
    const Group * group = shared.groups;
    while (true) {
        const int64_t share = shared.next->fetch_add(1, std::memory_order_relaxed);
        while (group->tokens() && share >= group[1].share) {
            group++;
        }
        if (!group->tokens()) {
            return true;
        }
        const int64_t rows = rows_of_share(*group), first = (share - group->share) * rows;
        const int64_t end = std::min(first + rows, weights->ne[1]);
        const char * matrix = static_cast<char *>(weights->data) + size_t(group->matrix) * weights->nb[2];
        if (group->is_ours) {
            multiply(weights->type, weights->ne[0], matrix, weights->nb[1], first, end,
                     shared.quantised + group->begin, shared.results + group->begin, group->tokens(), tile);
        } else {
            multiply_each(backend, weights, matrix, shared, *group, first, end);
        }
    }
}

} // namespace coterie::products
