"""Why somebody without the records of an area is not told a figure: the reasons, in both languages."""

from service.domain.small_numbers import Reason
from service.problems import Language

REASONS: dict[str, dict[Language, str]] = {
    Reason.NOT_A_QUARTER_END: {
        "vi": "Ngày được hỏi phải là ngày cuối quý.",
        "en": "The day must be the last one of a calendar quarter.",
    },
    Reason.QUARTER_NOT_CLOSED: {
        "vi": "Quý này chưa kết thúc; hãy hỏi về một quý đã qua.",
        "en": "The quarter has not closed yet; ask for one that has passed.",
    },
    Reason.OTHER_MAP: {
        "vi": "Chỉ có số liệu theo bản đồ hành chính của chính ngày đó; hãy bỏ `map`.",
        "en": "Figures are on the map of their own day only; leave `map` out.",
    },
    Reason.KNOWN_OTHERWISE: {
        "vi": "Chỉ có số liệu như đã biết vào cuối ngày đó; hãy bỏ `known`.",
        "en": "Figures are as known at the close of their day only; leave `known` out.",
    },
    Reason.TWO_BREAKDOWNS: {
        "vi": "Mỗi lần chỉ phân tách theo một tiêu chí: địa bàn, giới tính, nhóm tuổi hoặc nhóm trẻ em.",
        "en": "One breakdown at a time: by area, sex, age band or category.",
    },
    Reason.NOT_QUARTERLY: {
        "vi": "Chỉ có chuỗi số liệu theo quý hoặc theo năm.",
        "en": "A series is by quarter or by year; set `every`.",
    },
    Reason.RECORDS_OF_ANOTHER_AREA: {
        "vi": "Địa bàn này ngoài phạm vi phân công của bạn, nên không có danh sách.",
        "en": "The area lies outside your assignment, and its records are not shown.",
    },
    Reason.RESTATEMENTS: {
        "vi": "Những thay đổi về sau chỉ được cho biết khi bạn được xem danh sách của địa bàn.",
        "en": "What changed later is told only to who may see the records of the area.",
    },
    Reason.EDITIONS: {
        "vi": "Ấn bản chứa số liệu chính xác từng xã, dành cho người được xem hồ sơ của địa bàn.",
        "en": "Editions hold exact figures of communes: they are for those who see the records of the area.",
    },
}
