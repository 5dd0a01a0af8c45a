"""The card for what a run asks a person."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from agents.permissions.values import ApprovalRequest
from app.desktop.run_view.approval_card import ApprovalCard
from app.desktop.run_view.plan_review.plan_review import PlanReview

QuestionCard = ApprovalCard | PlanReview


def question_card(request: ApprovalRequest, parent: QWidget, *, in_chat: bool = False) -> QuestionCard:
    """`in_chat`: the run is the answer of a chat."""
    if request.kind == "plan":
        return PlanReview(request, parent)
    return ApprovalCard(request, parent, in_chat=in_chat)
