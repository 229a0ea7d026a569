"""Small workbooks for tests, written without a spreadsheet."""

import base64
import gzip
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


class Raw(str):
    """The XML of a cell without its reference, as in `<c t="e"><v>#REF!</v></c>`."""

    __slots__ = ()


DATE = Raw('<c s="1"><v>45293</v></c>')
"""2024-01-02, as a spreadsheet keeps it."""
NO_REFERENCE = Raw('<c t="e"><v>#REF!</v></c>')

type Cell = str | int | float | bool | None
type Rows = Sequence[Sequence[Cell]]


def write_xlsx(path: Path, sheets: dict[str, Rows], hidden: Sequence[str] = ()) -> Path:
    """Write a workbook of some sheets."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        kinds = (
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        )
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{_PACKAGE}/content-types">{kinds}</Types>')
        archive.writestr("_rels/.rels", _relations([(f"{_DOCUMENT}/officeDocument", "xl/workbook.xml")]))
        targets = [(f"{_DOCUMENT}/worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)]
        archive.writestr(
            "xl/_rels/workbook.xml.rels", _relations([*targets, (f"{_DOCUMENT}/styles", "styles.xml")])
        )
        listed = "".join(
            f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"{_state(name in hidden)}/>'
            for n, name in enumerate(sheets, start=1)
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>{listed}</sheets></workbook>',
        )
        styles = '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs>'
        archive.writestr("xl/styles.xml", f'<styleSheet xmlns="{_MAIN}">{styles}</styleSheet>')
        for number, rows in enumerate(sheets.values(), start=1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", sheet_xml(rows))
    return path


def sheet_xml(rows: Rows) -> str:
    """Return the XML of a sheet."""
    lines = [
        f'<row r="{at}">{"".join(_cell(f"{_letters(n)}{at}", cell) for n, cell in enumerate(row))}</row>'
        for at, row in enumerate(rows, start=1)
    ]
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def write_ods(path: Path, rows: Rows) -> Path:
    """Write a workbook with one sheet for LibreOffice."""
    names = "urn:oasis:names:tc:opendocument:xmlns"
    lines = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<m:manifest xmlns:m="{names}:manifest:1.0"><m:file-entry m:full-path="/" m:media-type="{kind}"/>'
            "</m:manifest>",
        )
        archive.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{names}:office:1.0" xmlns:table="{names}:table:1.0" '
            f'xmlns:text="{names}:text:1.0"><office:body><office:spreadsheet><table:table table:name="Klanten">'
            f"{lines}</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    return path


def write_old_xls(path: Path) -> Path:
    """Write a workbook of Excel 97: an empty sheet, and one with two customers."""
    path.write_bytes(gzip.decompress(base64.b85decode(_OLD)))
    return path


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{n}" Type="{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _state(hidden: bool) -> str:
    return ' state="hidden"' if hidden else ""


def _letters(number: int) -> str:
    return (_letters(number // 26 - 1) if number >= 26 else "") + chr(65 + number % 26)


def _cell(reference: str, value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, Raw):
        return value.replace("<c", f'<c r="{reference}"', 1)
    if isinstance(value, bool):
        return f'<c r="{reference}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f'<c r="{reference}"><v>{value!r}</v></c>'


def _ods_cell(value: Cell) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value="{value!r}"/>'


_OLD = (
    "ABzY8Eb9$x0{`t;O=uHA6#izr`6Wq{nhLEDLcyvv1;vY(HX5o$YC_e6S_GS#MPh0yu@^mPwdN=Yo)j;Idhk;9QWZTYUKE6i9t1&1"
    "^yo=Y@X%&`^LDo;(Lw{Y5ZP~;H*em|+j;xmo7tUxyAUePJnSr^4*h6BMfbp2B@<LURwD@N*LBHSwVR4=qp9F=Qy`rVJoUeE$r#Fb"
    "m!aT+`hqC%naT;ALuw+gMb{AtwjnK~4ShnT+*5FeN&p>fR~yq)OgAvS&tso4-NTaWO#5hTNsM42p6c0c=J7G5i~9mZ1s<`^N0#hF"
    "J6_2=zI;O%V;$IA$fn1etRtfOFbfLlpqAGPvfYZi@B+sPy~$+nz(5IM3im92=uzOiwXUB>ZTb4j1xWt0R_<Cs?xrBt%Wo<wFa>>7"
    "$Yd_UhnOmRR2<Z_(?zsm)FIn042`GrlUjZeJ0K;pP|hF7(C}0`eU{osviZz;Kafc0a#|sKCi<FGD6<k?x%cy45v<uO{JesEL^Cvz"
    "<U_oUf@JFAy>IW5W5e;2ESci>gMrP`WazjeHAp#7_x9;wjqOaY@?AGE-^nygmQ&q5+-@@ar+LgZ?(L>|b}`<^w^Z?4i7$RV^f*%d"
    "65mGr++g`)c<w`d23_=4%aFdjrV$e{ar>6Ulekq2bHDk-wBwJxr(bEqykuzS`Hi*nnOM<hEz7joeCAeyrtP}<dC`g`_8G_@5=KjU"
    "M=ZA#(^pbk)M;N*yetbLVvZNAExlv(DP+_9ONF%+zFV!f!rDWAL)(aqYQ-0Si?0nEHf-3iVZ%nVK^SKM{zg*GGl7#23&ww)B`OvB"
    "H_3mC!<e9Jl8%)7kf*wU3k~JZMmU6ZFR@A;>wlrdQJTGg9LCs=T*LWGXADvOJgZg=uH6!9bpA>scK+k}e*v{icW?j}000"
)
