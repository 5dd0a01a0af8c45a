"""Shapes of the weights that published model families are made of, by GGUF names.

Shapes as in llama.cpp's loaders (`src/models/*.cpp`, create_tensor), the fastest dimension first.
"""

from __future__ import annotations

Shapes = dict[str, tuple[int, ...]]


def attention(
    width: int,
    heads: int,
    kv_heads: int,
    head: int,
    *,
    biases: bool = False,
    output_bias: bool = False,
    norms: bool = False,
    gated: bool = False,
    value: bool = True,
) -> Shapes:
    """Grouped-query attention. `gated`: the query projection also makes a gate; `value` False: V is K."""
    query = heads * head
    shapes: Shapes = {
        "attn_norm.weight": (width,),
        "attn_q.weight": (width, query * (2 if gated else 1)),
        "attn_k.weight": (width, kv_heads * head),
        "attn_output.weight": (query, width),
    }
    if value:
        shapes["attn_v.weight"] = (width, kv_heads * head)
    if biases:
        shapes |= {"attn_q.bias": (query,), "attn_k.bias": (kv_heads * head,)}
        shapes["attn_v.bias"] = (kv_heads * head,)
    if output_bias:
        shapes["attn_output.bias"] = (width,)
    if norms:
        shapes |= {"attn_q_norm.weight": (head,), "attn_k_norm.weight": (head,)}
    return shapes


def latent_attention(
    width: int, heads: int, query_rank: int, kv_rank: int, nope: int, rope: int, value: int
) -> Shapes:
    """Multi-head latent attention with the K and V projections split, as converters write it since 2025."""
    return {
        "attn_norm.weight": (width,),
        "attn_q_a_norm.weight": (query_rank,),
        "attn_kv_a_norm.weight": (kv_rank,),
        "attn_q_a.weight": (width, query_rank),
        "attn_q_b.weight": (query_rank, heads * (nope + rope)),
        "attn_kv_a_mqa.weight": (width, kv_rank + rope),
        "attn_k_b.weight": (nope, kv_rank, heads),
        "attn_v_b.weight": (kv_rank, value, heads),
        "attn_output.weight": (heads * value, width),
    }


def mamba2(width: int, inner: int, state: int, heads: int, groups: int, kernel: int) -> Shapes:
    convolved = inner + 2 * groups * state
    return {
        "attn_norm.weight": (width,),
        "ssm_in.weight": (width, 2 * inner + 2 * groups * state + heads),
        "ssm_conv1d.weight": (kernel, convolved),
        "ssm_conv1d.bias": (convolved,),
        "ssm_dt.bias": (heads,),
        "ssm_a": (1, heads),
        "ssm_d": (1, heads),
        "ssm_norm.weight": (inner // groups, groups),
        "ssm_out.weight": (inner, width),
    }


def gated_delta_net(width: int, key_heads: int, value_heads: int, head: int, kernel: int) -> Shapes:
    """The linear attention of Qwen3.5."""
    convolved = (2 * key_heads + value_heads) * head
    return {
        "attn_norm.weight": (width,),
        "attn_qkv.weight": (width, convolved),
        "attn_gate.weight": (width, value_heads * head),
        "ssm_conv1d.weight": (kernel, convolved),
        "ssm_dt.bias": (value_heads,),
        "ssm_a": (value_heads,),
        "ssm_beta.weight": (width, value_heads),
        "ssm_alpha.weight": (width, value_heads),
        "ssm_norm.weight": (head,),
        "ssm_out.weight": (value_heads * head, width),
    }


def dense_ffn(width: int, inner: int, suffix: str = "", *, gated: bool = True) -> Shapes:
    """A feed-forward block; `suffix` "_shexp" makes it a shared expert."""
    shapes: Shapes = {
        f"ffn_up{suffix}.weight": (width, inner),
        f"ffn_down{suffix}.weight": (inner, width),
    }
    if gated:
        shapes[f"ffn_gate{suffix}.weight"] = (width, inner)
    return shapes


def experts(
    width: int,
    inner: int,
    count: int,
    *,
    gated: bool = True,
    fused: bool = False,
    biases: bool = False,
    balanced: bool = False,
) -> Shapes:
    """Routed experts and their router. `fused`: gate and up in one tensor; `balanced`: a bias per expert
    that keeps their load even."""
    shapes: Shapes = {
        "ffn_gate_inp.weight": (width, count),
        "ffn_down_exps.weight": (inner, width, count),
    }
    if fused:
        shapes["ffn_gate_up_exps.weight"] = (width, 2 * inner, count)
    else:
        shapes["ffn_up_exps.weight"] = (width, inner, count)
    if gated and not fused:
        shapes["ffn_gate_exps.weight"] = (width, inner, count)
    if biases:
        shapes["ffn_gate_inp.bias"] = (count,)
        shapes["ffn_gate_exps.bias"] = shapes["ffn_up_exps.bias"] = (inner, count)
        shapes["ffn_down_exps.bias"] = (width, count)
    if balanced:
        shapes["exp_probs_b.bias"] = (count,)
    return shapes


def multi_token_prediction(width: int, vocabulary: int, *, own_tables: bool) -> Shapes:
    """What an MTP layer has beside the weights of an ordinary one."""
    shapes: Shapes = {
        "nextn.eh_proj.weight": (2 * width, width),
        "nextn.enorm.weight": (width,),
        "nextn.hnorm.weight": (width,),
        "nextn.shared_head_norm.weight": (width,),
    }
    if own_tables:
        shapes["nextn.embed_tokens.weight"] = (width, vocabulary)
        shapes["nextn.shared_head_head.weight"] = (width, vocabulary)
    return shapes
