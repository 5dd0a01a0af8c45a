"""Pages of a PDF: HTML flows onto them document after document, so a long chat needs no more than a short one."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from pathlib import Path

import msgspec
from PySide6.QtCore import QLocale, QMarginsF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPalette,
    QPdfWriter,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextOption,
)

from app.desktop.base.theme import Theme
from app.desktop.markdown.formula_object import FormulaObject
from app.desktop.markdown.maths import FormulaImage, Place, paint
from app.desktop.markdown.prose import BODY_PIXELS, style_sheet
from app.markdown.formulas import FormulaError, Request, draw
from app.markdown.markdown import Formula

# Units of the pages are CSS pixels: 96 to the inch.
DPI = 96
MARGINS_MM = QMarginsF(20, 18, 20, 20)
# Formulas are images, of this many pixels to the unit.
FORMULA_RATIO = 4.0
FIXED_HEIGHT = QTextBlockFormat.LineHeightTypes.FixedHeight.value
FOOT_PIXELS = 11


@lru_cache(maxsize=500)
def _printed(request: Request, width: int) -> FormulaImage:
    """A formula in gray on white, which takes the least room in a file. Raises FormulaError."""
    drawn = paint(draw(request), Place(FORMULA_RATIO, width))
    image = QImage(drawn.image.size(), QImage.Format.Format_Grayscale8)
    image.fill(Qt.GlobalColor.white)
    image.setDevicePixelRatio(FORMULA_RATIO)
    painter = QPainter(image)
    painter.drawImage(0, 0, drawn.image)
    painter.end()
    return msgspec.structs.replace(drawn, image=image)


class Pages:
    """The pages of one PDF, in the colors of `theme`. Use it up to `finish`."""

    def __init__(self, path: Path, title: str, theme: Theme) -> None:
        self._theme, self._title = theme, title
        self._writer = QPdfWriter(str(path))
        self._writer.setResolution(DPI)
        american = QLocale.system().measurementSystem() == QLocale.MeasurementSystem.ImperialUSSystem
        size = QPageSize.PageSizeId.Letter if american else QPageSize.PageSizeId.A4
        layout = QPageLayout(
            QPageSize(size), QPageLayout.Orientation.Portrait, MARGINS_MM, QPageLayout.Unit.Millimeter
        )
        self._writer.setPageLayout(layout)
        self._writer.setTitle(title)
        self._writer.setCreator("Coterie")
        self._area = QRectF(QPointF(0, 0), QSizeF(layout.paintRectPixels(DPI).size()))
        self._painter = QPainter()
        self._number = 0
        self._used = 0.0
        self._document = self._new_document()

    def begin(self) -> bool:
        """Open the file; False where it cannot be written."""
        if not self._painter.begin(self._writer):
            return False
        self._start_page()
        return True

    def formula(self, formula: Formula) -> str:
        """What stands for a formula in the HTML that is flowed next."""
        size = BODY_PIXELS + (2 if formula.display else 1)
        try:
            drawn = _printed(Request(formula, size, self._theme.text), int(self._area.width()))
        except FormulaError:
            return f"<code>{escape(formula.tex)}</code>"
        return self._formulas.add(drawn, self._document)

    def flow(self, html: str) -> None:
        """Put HTML on the pages, behind what is there."""
        document = self._document
        document.setHtml(f"<p>&nbsp;</p>{html}")
        above = QTextBlockFormat()
        above.setLineHeight(self._used, FIXED_HEIGHT)
        QTextCursor(document).setBlockFormat(above)
        document.setPageSize(self._area.size())
        height, page = self._area.height(), 0
        for page in range(document.pageCount()):
            if page:
                self._end_page()
                self._writer.newPage()
                self._start_page()
            self._draw(page * height)
        self._used = document.size().height() - page * height
        self._document = self._new_document()

    def finish(self) -> bool:
        """Close the file; False where it could not be written."""
        self._end_page()
        return self._painter.end()

    def _new_document(self) -> QTextDocument:
        document = QTextDocument()
        document.setUndoRedoEnabled(False)
        document.setDocumentMargin(0)
        document.setIndentWidth(24)
        document.setUseDesignMetrics(True)
        font = self._theme.font(BODY_PIXELS)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        document.setDefaultFont(font)
        document.setDefaultStyleSheet(style_sheet(self._theme) + _style(self._theme))
        option = QTextOption()
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        document.setDefaultTextOption(option)
        self._formulas = FormulaObject(document)
        layout = document.documentLayout()
        layout.setPaintDevice(self._writer)
        layout.registerHandler(QTextFormat.ObjectTypes.ImageObject.value, self._formulas)
        return document

    def _draw(self, top: float) -> None:
        """The part of the document that belongs on this page."""
        context = QAbstractTextDocumentLayout.PaintContext()
        area = QRectF(QPointF(0, top), self._area.size())
        context.clip = area.adjusted(0, 1, 0, -1)  # else Qt would draw the line beneath it as well
        context.palette.setColor(QPalette.ColorRole.Text, QColor(self._theme.text))
        self._painter.save()
        self._painter.translate(0, -top)
        self._painter.setClipRect(area)
        self._document.documentLayout().draw(self._painter, context)
        self._painter.restore()

    def _start_page(self) -> None:
        self._number += 1

    def _end_page(self) -> None:
        """The title and the number of the page, at its foot."""
        font = self._theme.font(FOOT_PIXELS)
        self._painter.save()
        self._painter.setFont(font)
        self._painter.setPen(QColor(self._theme.muted))
        foot = QRectF(0, self._area.height() + 14, self._area.width(), 20)
        number = str(self._number)
        title = self._painter.fontMetrics().elidedText(
            self._title, Qt.TextElideMode.ElideRight, int(foot.width() * 0.8)
        )
        self._painter.drawText(foot, Qt.AlignmentFlag.AlignLeft, title)
        self._painter.drawText(foot, Qt.AlignmentFlag.AlignRight, number)
        self._painter.restore()


def _style(theme: Theme) -> str:
    return f"""
        p.title {{ font-size: 24px; font-weight: 600; line-height: 32px; margin-bottom: 4px; }}
        p.about {{ color: {theme.muted}; }}
        p.who {{ font-weight: 600; margin-top: 22px; margin-bottom: 6px; }}
        span.when {{ color: {theme.muted}; font-weight: 400; font-size: 12px; }}
        p.note {{ color: {theme.muted}; font-size: 12px; font-weight: 600; margin-bottom: 4px; }}
        div.quiet {{ color: {theme.muted}; }}
        p.error {{ color: {theme.bad}; }}
    """
