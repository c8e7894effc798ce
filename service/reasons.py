"""Why not, in both languages: why somebody without the records of an area is not told a figure, and why a step of a
case cannot be taken."""

from service.domain.procedure.conditions import WhyNot
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
    WhyNot.OUT_OF_ORDER: {
        "vi": "Bước này không tiếp nối bước trước đó.",
        "en": "It does not follow from where the case has come to.",
    },
    WhyNot.LATER_STEPS: {
        "vi": "Các bước đã ghi sau đó không cho phép.",
        "en": "The steps that were recorded of later moments leave no room for it.",
    },
    WhyNot.RISK_REMAINS: {
        "vi": "Chưa kết luận rằng trẻ em hết nguy cơ và ổn định, hoặc trẻ em đang ở với người gây hại.",
        "en": "Nobody has concluded that there is no more risk and the child is stable, or who harmed it cares for it.",
    },
    WhyNot.MEASURES_OPEN: {"vi": "Còn biện pháp chưa kết thúc.", "en": "Measures of the plan have not ended."},
    WhyNot.SEPARATION_RUNNING: {"vi": "Trẻ em đang được cách ly.", "en": "The child is separated."},
    WhyNot.NOT_SEPARATED: {"vi": "Trẻ em không đang được cách ly.", "en": "The child is not separated."},
    WhyNot.NOT_REASSESSED: {
        "vi": "Trẻ em chưa được đánh giá lại từ khi cách ly.",
        "en": "The child has not been assessed since it was separated.",
    },
    WhyNot.NOT_PLACED: {
        "vi": "Trẻ em không đang được chăm sóc thay thế.",
        "en": "The child is not in substitute care.",
    },
    WhyNot.PLACED_ALREADY: {
        "vi": "Trẻ em đang được chăm sóc thay thế.",
        "en": "The child is in substitute care already.",
    },
    WhyNot.NO_PLAN_IN_FORCE: {"vi": "Chưa có kế hoạch được phê duyệt.", "en": "There is no plan in force."},
    WhyNot.NOTHING_TO_START: {
        "vi": "Mọi biện pháp của kế hoạch đã bắt đầu.",
        "en": "Every measure of the plan has begun or ended.",
    },
    WhyNot.NOTHING_TO_END: {"vi": "Không có biện pháp nào đang mở.", "en": "No measure is open."},
    WhyNot.NOT_YET_SIXTEEN: {
        "vi": "Trẻ em chưa đủ 16 tuổi vào ngày đó.",
        "en": "The child is not sixteen on that day, or its birth is not known.",
    },
}
