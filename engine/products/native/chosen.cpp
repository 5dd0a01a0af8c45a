// MUL_MAT_ID: tokens are grouped by the matrix that they chose, which is unpacked once for them.
#include "operation.h"
#include "products.h"

#include <algorithm>

namespace coterie::products {
namespace {

// Rows times tokens of a share: about ten microseconds of work.
constexpr int64_t SHARE = 1024;

// The tokens of one matrix, [begin, end) in the order of groups, and the first of its shares.
struct Group {
    int64_t matrix, begin, end, share;

    int64_t tokens() const { return end - begin; }
};

struct Grouped : Shared {
    Grouped(Workspace & workspace, const ggml_tensor * product, int threads)
        : Shared(workspace, product, product->src[2]->ne[0] * product->src[2]->ne[1], threads),
          groups(workspace.take<Group>(product->src[0]->ne[2] + 1)),
          next_places(workspace.take<int64_t>(product->src[0]->ne[2])) {}

    Group * groups;        // ends with one that has no tokens
    int64_t * next_places; // of each matrix: first how many chose it, then where its next token comes
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

void make_groups(const Grouped & shared, const ggml_tensor * product) {
    const ggml_tensor *weights = product->src[0], *choices = product->src[2];
    std::fill_n(shared.next_places, weights->ne[2], 0);
    each_choice(choices, [&](int64_t, int64_t, int32_t matrix) { shared.next_places[matrix]++; });
    int64_t begin = 0, share = 0;
    Group * group = shared.groups;
    for (int64_t matrix = 0; matrix < weights->ne[2]; matrix++) {
        const int64_t count = shared.next_places[matrix];
        shared.next_places[matrix] = begin;
        if (count) {
            *group = { matrix, begin, begin + count, share };
            share += (weights->ne[1] + rows_of_share(*group) - 1) / rows_of_share(*group);
            begin += count;
            group++;
        }
    }
    *group = { 0, begin, begin, share };
}

void place_tokens(const Grouped & shared, const ggml_tensor * product) {
    const int64_t inputs_each = product->src[1]->ne[1];
    each_choice(product->src[2], [&](int64_t token, int64_t slot, int32_t matrix) {
        const int64_t place = shared.next_places[matrix]++;
        shared.inputs[place] = shared.quantised(slot % inputs_each + token * inputs_each);
        shared.results[place] = row_of(product, slot + token * product->ne[1]);
    });
}

} // namespace

size_t workspace_of_chosen(const ggml_tensor * product, int threads) {
    Workspace workspace(nullptr);
    Grouped(workspace, product, threads);
    return workspace.needed();
}

void compute_chosen(const Backend & backend, const Part & part, ggml_tensor * product) {
    const ggml_tensor * weights = product->src[0];
    Workspace workspace(part.workspace);
    const Grouped shared(workspace, product, part.threads);
    shared.begin(part, product);
    if (part.thread == 0) {
        make_groups(shared, product);
        place_tokens(shared, product);
    }
    backend.barrier(part.pool);

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
        multiply(weights->type, weights->ne[0], matrix, weights->nb[1], first, end, shared.inputs + group->begin,
                 shared.results + group->begin, group->tokens(), shared.tile_of(part));
    }
}

} // namespace coterie::products
