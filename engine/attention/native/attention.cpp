// Keys and values of a block of cells are widened to floats once for all queries that attend to them: those of several
// tokens, and of the heads that share them, which ggml walks through one after the other. Cells are taken in chunks
// whose results are merged in their order, so a row comes out the same with any number of others and of threads.
#include "attention.h"

#include "pages.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>

namespace coterie::attention {
namespace {

using products::Counter;
using products::Part;
using products::Workspace;

constexpr int64_t CHUNK = 256;           // cells
constexpr int64_t BLOCK_FLOATS = 4096;   // of the keys of a block, which stay in the nearest cache
constexpr int64_t LEAST_CELLS = 16;
constexpr int64_t ROWS = 32;             // that attend to a block together
constexpr int64_t MOST_SPLIT_TOKENS = 16;
constexpr int64_t MOST_SPLIT_FLOATS = 4 << 20;
constexpr int64_t SHARES = 4;            // of each thread at least, so that none waits long for the last

const char * place(const ggml_tensor * tensor, int64_t i1, int64_t i2, int64_t i3) {
    return static_cast<char *>(tensor->data) + size_t(i1) * tensor->nb[1] + size_t(i2) * tensor->nb[2] +
           size_t(i3) * tensor->nb[3];
}

float parameter(const ggml_tensor * operation, int number) {
    float found;
    std::memcpy(&found, operation->op_params + number, sizeof(found));
    return found;
}

// Heads of queries, [begin, end).
struct Heads {
    int64_t begin, end;
};

// How the work is divided. One of its shares is of some tokens, of some heads, and of all cells or of a chunk of them.
struct Division {
    Division(const ggml_tensor * operation, int threads)
        : tokens(operation->src[0]->ne[1]), streams(operation->src[0]->ne[3]), heads(operation->src[0]->ne[2]),
          group(heads / operation->src[1]->ne[2]), cells(operation->src[1]->ne[1]) {
        const int64_t wide = std::max(operation->src[1]->ne[0], operation->src[2]->ne[0]);
        block = std::clamp(BLOCK_FLOATS / wide / LEAST_CELLS * LEAST_CELLS, LEAST_CELLS, MOST_CELLS);
        width = operation->src[2]->ne[0];
        chunks = (cells + CHUNK - 1) / CHUNK;
        split = chunks > 1 && tokens <= MOST_SPLIT_TOKENS && rows() * chunks * (width + 2) <= MOST_SPLIT_FLOATS;
        tile = split ? tokens : std::clamp<int64_t>(ROWS / group, 1, tokens);
        if (split) {
            parts = std::clamp<int64_t>((SHARES * threads + chunks - 1) / chunks, 1, heads);
            unit = parts > heads / group ? 1 : group;
        } else {
            unit = group; // some of the heads that share keys, or all
            parts = heads / group * ((group + ROWS - 1) / ROWS);
        }
    }

    int64_t tiles() const { return (tokens + tile - 1) / tile; }
    int64_t rows() const { return tokens * streams * heads; }

    Heads heads_of(int64_t part) const {
        if (split) {
            return { heads / unit * part / parts * unit, heads / unit * (part + 1) / parts * unit };
        }
        const int64_t pieces = parts / (heads / group), first = part / pieces * group, piece = part % pieces;
        return { first + group * piece / pieces, first + group * (piece + 1) / pieces };
    }

    int64_t tokens, streams, heads, group, cells; // so many heads of a group share keys
    int64_t block, width, chunks;
    bool split; // chunks are computed by different threads
    int64_t tile, parts, unit;
};

// Results so far of rows, or of rows by chunks.
struct States {
    States(Workspace & workspace, int64_t count, int64_t width)
        : most(workspace.take<float>(count)), total(workspace.take<float>(count)),
          sums(workspace.take<float>(count * width)), width(width) {}

    State at(int64_t row) const { return { most[row], total[row], sums + row * width }; }
    void put(int64_t row, const State & state) const {
        most[row] = state.most;
        total[row] = state.total;
    }
    void clear(int64_t row) const {
        put(row, { -std::numeric_limits<float>::infinity(), 0.0f, nullptr });
        std::fill_n(sums + row * width, width, 0.0f);
    }

    float *most, *total, *sums;
    int64_t width;
};

// One thread's own.
struct Own {
    Own(Workspace & workspace, const Division & division, int64_t key_width)
        : keys(workspace.take<float>(division.block * key_width)),
          values(workspace.take<float>(division.block * division.width)), seen(workspace.take<Seen>(division.tile)),
          chunk(workspace, division.split ? 1 : division.tile * division.group, division.width),
          whole(workspace, division.split ? 1 : division.tile * division.group, division.width) {}

    float *keys, *values; // of a block
    Seen * seen;
    States chunk, whole;
};

struct Shared {
    Shared(Workspace & workspace, const Division & division)
        : next(workspace.take<Counter>(1)),
          chunks(workspace, division.split ? division.rows() * division.chunks : 1, division.width) {}

    Counter * next;
    States chunks; // of all rows, where they are split
};

void merge(State & into, const State & other, int64_t width) {
    if (other.total == 0.0f) {
        return;
    }
    const float most = std::max(into.most, other.most);
    const float kept = std::exp(into.most - most), added = std::exp(other.most - most);
    for (int64_t i = 0; i < width; i++) {
        into.sums[i] = into.sums[i] * kept + other.sums[i] * added;
    }
    into.total = into.total * kept + other.total * added;
    into.most = most;
}

// One call for one operation by one thread.
class Thread {
  public:
    Thread(const Way & way, const ggml_tensor * operation, const Division & division, const Shared & shared,
           const Own & own)
        : way_(way), operation_(operation), queries_(operation->src[0]), keys_(operation->src[1]),
          values_(operation->src[2]), mask_(operation->src[3]), division_(division), shared_(shared), own_(own) {
        cap_ = parameter(operation, 2);
        scale_ = cap_ != 0.0f ? parameter(operation, 0) / cap_ : parameter(operation, 0);
    }

    void compute_shares() {
        const int64_t chunks = division_.split ? division_.chunks : 1, parts = division_.parts;
        const int64_t count = division_.streams * division_.tiles() * chunks * parts;
        while (true) {
            int64_t share = shared_.next->fetch_add(1, std::memory_order_relaxed);
            if (share >= count) {
                return;
            }
            heads_ = division_.heads_of(share % parts);
            const int64_t chunk = share / parts % chunks;
            share = share / parts / chunks;
            first_token_ = share % division_.tiles() * division_.tile;
            end_token_ = std::min(first_token_ + division_.tile, division_.tokens);
            stream_ = share / division_.tiles();
            if (division_.split) {
                compute_chunk(chunk);
            } else {
                compute_all();
            }
        }
    }

    void put_together(const Part & part) {
        const int64_t rows = division_.rows();
        for (int64_t row = part.thread; row < rows; row += part.threads) {
            State state = shared_.chunks.at(row * division_.chunks);
            for (int64_t chunk = 1; chunk < division_.chunks; chunk++) {
                merge(state, shared_.chunks.at(row * division_.chunks + chunk), division_.width);
            }
            finish(row, state);
        }
    }

  private:
    // Heads within tokens within streams.
    int64_t row_of(int64_t token, int64_t head) const {
        return (stream_ * division_.tokens + token) * division_.heads + head;
    }

    template <typename Visit> void each_row(Visit visit) const {
        for (int64_t token = first_token_; token < end_token_; token++) {
            for (int64_t head = heads_.begin; head < heads_.end; head++) {
                visit(token, head);
            }
        }
    }

    int64_t own_row(int64_t token, int64_t head) const {
        return (token - first_token_) * division_.group + head - heads_.begin;
    }

    void compute_chunk(int64_t chunk) {
        const auto place_of = [&](int64_t token, int64_t head) {
            return row_of(token, head) * division_.chunks + chunk;
        };
        each_row([&](int64_t token, int64_t head) { shared_.chunks.clear(place_of(token, head)); });
        compute_blocks(chunk, shared_.chunks, place_of);
    }

    void compute_all() {
        const auto place_of = [&](int64_t token, int64_t head) { return own_row(token, head); };
        each_row([&](int64_t token, int64_t head) { own_.whole.clear(place_of(token, head)); });
        for (int64_t chunk = 0; chunk < division_.chunks; chunk++) {
            each_row([&](int64_t token, int64_t head) { own_.chunk.clear(place_of(token, head)); });
            if (!compute_blocks(chunk, own_.chunk, place_of)) {
                continue;
            }
            each_row([&](int64_t token, int64_t head) {
                State state = own_.whole.at(place_of(token, head));
                merge(state, own_.chunk.at(place_of(token, head)), division_.width);
                own_.whole.put(place_of(token, head), state);
            });
        }
        each_row([&](int64_t token, int64_t head) {
            finish(row_of(token, head), own_.whole.at(place_of(token, head)));
        });
    }

    // Whether any token sees any cell of the chunk.
    template <typename PlaceOf> bool compute_blocks(int64_t chunk, const States & states, PlaceOf place_of) {
        bool any = false;
        const int64_t end = std::min((chunk + 1) * CHUNK, division_.cells);
        for (int64_t first = chunk * CHUNK; first < end; first += division_.block) {
            const int64_t count = std::min(division_.block, end - first);
            if (!look(first, count)) {
                continue;
            }
            any = true;
            const int64_t group = division_.group;
            for (int64_t head = heads_.begin; head < heads_.end; head = (head / group + 1) * group) {
                const Heads sharing = { head, std::min((head / group + 1) * group, heads_.end) };
                compute_block(first, count, sharing, states, place_of);
            }
        }
        return any;
    }

    bool look(int64_t first, int64_t count) {
        bool any = false;
        for (int64_t token = first_token_; token < end_token_; token++) {
            const uint16_t * halves = nullptr;
            if (mask_) {
                halves = reinterpret_cast<const uint16_t *>(place(mask_, token, 0, stream_ % mask_->ne[3])) + first;
            }
            Seen & seen = own_.seen[token - first_token_];
            way_.see(halves, count, seen);
            any = any || seen.count;
        }
        return any;
    }

    Stored stored(const ggml_tensor * tensor, int64_t cell, int64_t head) const {
        return { tensor->type, place(tensor, cell, head, stream_), tensor->nb[1] };
    }

    static size_t row_bytes(const ggml_tensor * tensor) { return ggml_row_size(tensor->type, tensor->ne[0]); }

    template <typename PlaceOf>
    void compute_block(int64_t first, int64_t count, Heads heads, const States & states, PlaceOf place_of) {
        const int64_t key_head = heads.begin / division_.group;
        const int64_t tokens = std::count_if(own_.seen, own_.seen + (end_token_ - first_token_),
                                             [](const Seen & seen) { return seen.count; });
        const int64_t all = tokens * (heads.end - heads.begin);
        const int64_t next = std::min(first + count, division_.cells), coming = std::min(count, division_.cells - next);
        Ahead ahead = { stored(keys_, next, key_head), stored(values_, next, key_head), row_bytes(keys_),
                        row_bytes(values_), 0, 0 };
        Row row[MOST_ROWS];
        int64_t places[MOST_ROWS], done = 0;
        Rows rows = { row, 0, stored(keys_, first, key_head), stored(values_, first, key_head),
                      keys_->ne[0], values_->ne[0], scale_, cap_ };
        if (all > way_.rows || keys_->type != values_->type) { // else they are read once anyway
            rows.keys = widened(rows.keys, count, rows.key_width, own_.keys);
            rows.values = widened(rows.values, count, rows.value_width, own_.values);
        }
        const auto attend = [&] {
            ahead.first = coming * done / all;
            done += rows.count;
            ahead.end = coming * done / all;
            way_.attend(rows, ahead);
            for (int64_t i = 0; i < rows.count; i++) {
                states.put(places[i], row[i].state);
            }
            rows.count = 0;
        };
        for (int64_t token = first_token_; token < end_token_; token++) {
            const Seen & seen = own_.seen[token - first_token_];
            if (rows.count && !(seen.count == count && row[0].seen->count == count)) { // they do not see the same
                attend();
            }
            for (int64_t head = heads.begin; seen.count && head < heads.end; head++) {
                const auto * query = reinterpret_cast<const float *>(place(queries_, token, head, stream_));
                places[rows.count] = place_of(token, head);
                row[rows.count] = { query, &seen, slope_of(head), states.at(places[rows.count]) };
                if (++rows.count == way_.rows) {
                    attend();
                }
            }
        }
        if (rows.count) {
            attend();
        }
    }

    Stored widened(const Stored & stored, int64_t count, int64_t width, float * to) const {
        way_.widen(stored, count, width, to);
        return { GGML_TYPE_F32, to, size_t(width) * sizeof(float) };
    }

    // By which distance counts, of a head (ALiBi).
    float slope_of(int64_t head) const {
        const float bias = parameter(operation_, 1);
        if (bias <= 0.0f) {
            return 1.0f;
        }
        int64_t power = 1;
        while (power * 2 <= division_.heads) {
            power *= 2;
        }
        return head < power ? std::pow(std::exp2(-bias / float(power)), float(head + 1))
                            : std::pow(std::exp2(-bias / 2.0f / float(power)), float(2 * (head - power) + 1));
    }

    void finish(int64_t row, State state) const {
        float kept = 1.0f;
        if (const ggml_tensor * sinks = operation_->src[4]) { // a score without a value
            const float score = static_cast<float *>(sinks->data)[row % division_.heads];
            const float most = std::max(state.most, score);
            kept = std::exp(state.most - most);
            state.total = state.total * kept + std::exp(score - most);
        }
        const float factor = state.total == 0.0f ? 0.0f : kept / state.total;
        auto * result = static_cast<float *>(operation_->data) + row * values_->ne[0];
        for (int64_t i = 0; i < values_->ne[0]; i++) {
            result[i] = state.sums[i] * factor;
        }
    }

    const Way & way_;
    const ggml_tensor *operation_, *queries_, *keys_, *values_, *mask_;
    const Division & division_;
    const Shared & shared_;
    const Own & own_;
    float scale_, cap_;
    Heads heads_ = {}; // of a share, and all that follow
    int64_t first_token_ = 0, end_token_ = 0, stream_ = 0;
};

} // namespace

bool is_known(const ggml_tensor * operation) {
    const ggml_tensor *queries = operation->src[0], *keys = operation->src[1], *values = operation->src[2];
    const ggml_tensor * mask = operation->src[3];
    const auto is_plain = [](const ggml_tensor * rows) {
        return is_known(rows->type) && rows->nb[0] == ggml_type_size(rows->type) && rows->ne[0] % WIDTH_STEP == 0;
    };
    int count = 0;
    ways(count);
    return count && queries->type == GGML_TYPE_F32 && queries->nb[0] == sizeof(float) && is_plain(keys) &&
           is_plain(values) && keys->ne[2] == values->ne[2] && queries->ne[2] % keys->ne[2] == 0 &&
           keys->ne[1] == values->ne[1] && keys->ne[3] == queries->ne[3] && values->ne[3] == queries->ne[3] &&
           (!mask || mask->ne[2] == 1) && ggml_is_contiguous(operation);
}

size_t workspace_of(const ggml_tensor * operation, int threads) {
    const Division division(operation, threads);
    Workspace workspace(nullptr);
    Shared(workspace, division);
    for (int thread = 0; thread < threads; thread++) {
        Own(workspace, division, operation->src[1]->ne[0]);
    }
    return workspace.needed();
}

void compute(const Way & way, const products::Backend & backend, const Part & part, ggml_tensor * operation) {
    const Division division(operation, part.threads);
    Workspace workspace(part.workspace);
    const Shared shared(workspace, division);
    for (int thread = 0; thread < part.thread; thread++) {
        Own(workspace, division, operation->src[1]->ne[0]);
    }
    const Own own(workspace, division, operation->src[1]->ne[0]);
    if (part.thread == 0) {
        move_page(operation->src[1]);
        new (shared.next) Counter(0);
    }
    backend.barrier(part.pool);
    Thread thread(way, operation, division, shared, own);
    thread.compute_shares();
    if (division.split) {
        backend.barrier(part.pool);
        thread.put_together(part);
    }
}

} // namespace coterie::attention
