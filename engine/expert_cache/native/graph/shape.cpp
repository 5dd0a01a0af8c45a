#include "shape.h"

#include "ggml-impl.h"

#include <algorithm>
#include <cstring>

namespace coterie {

// More operations than any block has between a product and what follows from it.
static const int MOST_STEPS = 16;

static bool is_view(ggml_op op) {
    return op == GGML_OP_VIEW || op == GGML_OP_RESHAPE || op == GGML_OP_PERMUTE || op == GGML_OP_TRANSPOSE;
}

// Operations that give each row from the same row of their sources.
static bool works_by_row(const ggml_tensor * node) {
    switch (node->op) {
        case GGML_OP_ADD_ID:
        case GGML_OP_MUL:
        case GGML_OP_SCALE:
        case GGML_OP_CLAMP:
        case GGML_OP_SQR:
        case GGML_OP_UNARY:
        case GGML_OP_GLU:
            return true;
        default:
            return false;
    }
}

// The product that a node's values come from.
static const ggml_tensor * product_behind(const ggml_tensor * node) {
    for (int i = 0; i < MOST_STEPS && node; i++) {
        if (node->op == GGML_OP_MUL_MAT_ID) {
            return node;
        }
        if (node->op != GGML_OP_VIEW && !works_by_row(node)) {
            return nullptr;
        }
        node = node->src[0];
    }
    return nullptr;
}

// The scales that are spread over the tokens by this node.
static const ggml_tensor * scales_spread_by(const ggml_tensor * node) {
    const ggml_tensor * form = node && node->op == GGML_OP_REPEAT ? node->src[0] : nullptr;
    return form && form->op == GGML_OP_RESHAPE ? form->view_src : nullptr;
}

const ggml_tensor * experts_behind(const ggml_tensor * node) {
    if (node->op == GGML_OP_REPEAT) {
        return scales_spread_by(node);
    }
    if (node->op == GGML_OP_GET_ROWS) {
        return scales_spread_by(node->src[0]);
    }
    const ggml_tensor * product = product_behind(node);
    return product ? product->src[0] : nullptr;
}

bool Operation::operator==(const Operation & other) const {
    return op == other.op && type == other.type && width == other.width && view_offset == other.view_offset &&
           std::memcmp(params, other.params, sizeof(params)) == 0 &&
           std::equal(std::begin(sources), std::end(sources), std::begin(other.sources));
}

namespace {

// Which sources of an operation are a layer's experts and the experts chosen, -1: none.
struct Places {
    int experts, ids;
};

Places places_of(ggml_op op) {
    switch (op) {
        case GGML_OP_MUL_MAT_ID: return { 0, 2 };
        case GGML_OP_ADD_ID: return { 1, 2 };
        case GGML_OP_GET_ROWS: return { 0, 1 };
        default: return { -1, -1 };
    }
}

class Reader {
  public:
    Reader(const ggml_cgraph * graph, const std::vector<ggml_tensor *> & experts, Shape & shape)
        : graph_(graph), experts_(experts), shape_(shape) {}

    bool read(int first, int & end) {
        last_ = first - 1;
        for (end = first; end < graph_->n_nodes; end++) {
            const ggml_tensor * node = graph_->nodes[end];
            if (is_view(node->op)) {
                continue;
            }
            if (!is_ours(experts_behind(node))) {
                break;
            }
            last_ = end;
        }
        first_ = first;
        if (last_ < first) {
            end = std::max(end, first + 1);
            return false;
        }
        shape_.result = graph_->nodes[last_];
        for (int i = first_; i <= last_; i++) {
            const ggml_tensor * node = graph_->nodes[i];
            if (node->op == GGML_OP_REPEAT || (is_view(node->op) && !is_ours(experts_behind(node)))) {
                continue; // scales, which are looked up where they lie; a view of a value from outside
            }
            if (!add(node)) {
                return false;
            }
            shape_.nodes.push_back(node);
        }
        return shape_.ids && rows_of(shape_.result) && stays_inside();
    }

  private:
    bool is_ours(const ggml_tensor * tensor) const {
        return std::find(experts_.begin(), experts_.end(), tensor) != experts_.end();
    }

    int member_of(const ggml_tensor * tensor) const {
        const auto & nodes = shape_.nodes;
        const auto found = std::find(nodes.begin(), nodes.end(), tensor);
        return found == nodes.end() ? -1 : int(found - nodes.begin());
    }

    // A value for each token and choice.
    bool rows_of(const ggml_tensor * tensor) const {
        return tensor->ne[1] == shape_.ids->ne[0] && tensor->ne[2] == shape_.ids->ne[1] && tensor->ne[3] == 1;
    }

    bool add(const ggml_tensor * node) {
        Operation operation = {};
        operation.op = node->op;
        operation.type = node->type;
        operation.width = node->ne[0];
        operation.view_offset = node->view_src ? node->view_offs : 0;
        std::memcpy(operation.params, node->op_params, sizeof(operation.params));
        if (node->op == GGML_OP_MUL_MAT_ID) {
            if (shape_.ids && shape_.ids != node->src[2]) {
                return false;
            }
            shape_.ids = node->src[2];
        }
        if (!shape_.ids || node->type != GGML_TYPE_F32 || !rows_of(node)) {
            return false;
        }
        if (node->op == GGML_OP_VIEW) {
            // A part of each row: what a fused gate and up are cut into. Its stride is its parent's.
            const ggml_tensor * parent = node->src[0];
            if (!parent || node->view_src != parent || operation.view_offset >= parent->nb[1] ||
                node->nb[1] != parent->nb[1] || node->nb[2] != parent->nb[2]) {
                return false;
            }
            std::memset(operation.params, 0, sizeof(operation.params));
        } else if (node->view_src || !(node->op == GGML_OP_MUL_MAT_ID || node->op == GGML_OP_GET_ROWS || works_by_row(node))) {
            return false;
        }
        for (int i = 0; i < GGML_MAX_SRC; i++) {
            if (node->src[i] && !find(node, i, operation.sources[i])) {
                return false;
            }
        }
        shape_.operations.push_back(operation);
        return true;
    }

    bool find(const ggml_tensor * node, int position, Source & source) {
        const ggml_tensor * tensor = node->src[position];
        const Places places = places_of(node->op);
        if (tensor == shape_.ids && position == places.ids) {
            source = { Source::IDS, 0 };
            return true;
        }
        const ggml_tensor * spread = node->op == GGML_OP_GET_ROWS ? scales_spread_by(tensor) : tensor;
        const auto weights = std::find(experts_.begin(), experts_.end(), spread);
        if (weights != experts_.end()) {
            source = { Source::EXPERTS, int(weights - experts_.begin()) };
            return position == places.experts;
        }
        const int member = member_of(tensor);
        if (member >= 0) {
            source = { Source::NODE, member };
            return true;
        }
        const bool each_token = tensor->ne[1] == 1 && node->op == GGML_OP_MUL_MAT_ID && position == 1;
        if (tensor->type != GGML_TYPE_F32 || tensor->nb[0] != sizeof(float) || tensor->ne[2] != shape_.ids->ne[1] ||
            tensor->ne[3] != 1 || (tensor->ne[1] != shape_.ids->ne[0] && !each_token)) {
            return false;
        }
        if (tensor->view_src && member_of(tensor->view_src) >= 0) {
            return false; // of this block, in another form
        }
        auto & inputs = shape_.inputs;
        const auto known = std::find(inputs.begin(), inputs.end(), tensor);
        source = { each_token ? Source::TOKEN : Source::ROWS, int(known - inputs.begin()) };
        if (known == inputs.end()) {
            inputs.push_back(tensor);
        }
        return true;
    }

    // Whether nothing but the result is used by others, for nothing else is handed out.
    bool stays_inside() const {
        for (int i = first_; i < last_; i++) {
            const ggml_tensor * node = graph_->nodes[i];
            if (member_of(node) < 0) {
                continue;
            }
            int uses = 0;
            for (int j = i + 1; j <= last_; j++) {
                for (int k = 0; k < GGML_MAX_SRC; k++) {
                    uses += graph_->nodes[j]->src[k] == node;
                }
            }
            if (uses != ggml_node_get_use_count(graph_, i) || (node->flags & GGML_TENSOR_FLAG_OUTPUT)) {
                return false;
            }
        }
        return true;
    }

    const ggml_cgraph * graph_;
    const std::vector<ggml_tensor *> & experts_;
    Shape & shape_;
    int first_ = 0, last_ = 0;
};

} // namespace

bool read_shape(const ggml_cgraph * graph, int first, const std::vector<ggml_tensor *> & experts, Shape & shape, int & end) {
    shape.operations.clear();
    shape.nodes.clear();
    shape.inputs.clear();
    shape.ids = nullptr;
    shape.result = nullptr;
    return Reader(graph, experts, shape).read(first, end);
}

size_t row_offset(const ggml_tensor * tensor, int row, int64_t choices) {
    const int64_t token = row / choices, choice = tensor->ne[1] == 1 ? 0 : row % choices;
    return size_t(token) * tensor->nb[2] + size_t(choice) * tensor->nb[1];
}

} // namespace coterie
