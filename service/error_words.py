"""What is wrong with a field, in both languages: by the type of the error, with its limits filled in."""

from collections.abc import Mapping
from typing import Any

from service.problems import Language

WORDS: dict[str, dict[Language, str]] = {
    "missing": {"vi": "Thiếu trường này.", "en": "The field is missing."},
    "extra_forbidden": {"vi": "Không có trường này ở đây.", "en": "There is no such field here."},
    "string_type": {"vi": "Phải là một chuỗi ký tự.", "en": "It must be a string."},
    "string_unicode": {"vi": "Chuỗi ký tự không hợp lệ.", "en": "The string is not valid Unicode."},
    "string_too_short": {"vi": "Phải có ít nhất {min_length} ký tự.", "en": "At least {min_length} characters."},
    "string_too_long": {"vi": "Không quá {max_length} ký tự.", "en": "At most {max_length} characters."},
    "string_pattern_mismatch": {"vi": "Không đúng dạng {pattern}.", "en": "It does not have the form {pattern}."},
    "int_type": {"vi": "Phải là một số nguyên.", "en": "It must be a whole number."},
    "int_parsing": {"vi": "Phải là một số nguyên.", "en": "It must be a whole number."},
    "int_parsing_size": {"vi": "Số quá lớn.", "en": "The number is too large."},
    "int_from_float": {"vi": "Phải là một số nguyên.", "en": "It must be a whole number."},
    "finite_number": {"vi": "Phải là một số hữu hạn.", "en": "It must be a finite number."},
    "greater_than_equal": {"vi": "Không nhỏ hơn {ge}.", "en": "At least {ge}."},
    "less_than_equal": {"vi": "Không lớn hơn {le}.", "en": "At most {le}."},
    "bool_type": {"vi": "Phải là true hoặc false.", "en": "It must be true or false."},
    "bool_parsing": {"vi": "Phải là true hoặc false.", "en": "It must be true or false."},
    "literal_error": {"vi": "Phải là một trong: {expected}.", "en": "It must be one of: {expected}."},
    "dict_type": {"vi": "Phải là một đối tượng JSON.", "en": "It must be a JSON object."},
    "list_type": {"vi": "Phải là một danh sách.", "en": "It must be a list."},
    "too_short": {"vi": "Phải có ít nhất {min_length} mục.", "en": "At least {min_length} items."},
    "too_long": {"vi": "Không quá {max_length} mục.", "en": "At most {max_length} items."},
    "model_type": {"vi": "Phải là một đối tượng JSON.", "en": "It must be a JSON object."},
    "model_attributes_type": {"vi": "Phải là một đối tượng JSON.", "en": "It must be a JSON object."},
    "uuid_type": {"vi": "Mã định danh phải là UUID.", "en": "An id is a UUID."},
    "uuid_parsing": {"vi": "Mã định danh phải là UUID.", "en": "An id is a UUID."},
    "date_type": {"vi": "Phải là một ngày.", "en": "It must be a day."},
    "date_form": {
        "vi": "Ngày viết là NĂM-THÁNG-NGÀY và phải có thật.",
        "en": "A day is written YYYY-MM-DD and must exist.",
    },
    "date_out_of_range": {
        "vi": "Ngày phải từ 1900-01-01 đến 2100-12-31.",
        "en": "A day lies between 1900-01-01 and 2100-12-31.",
    },
    "moment_form": {
        "vi": "Thời điểm viết là NĂM-THÁNG-NGÀYTGIỜ:PHÚT:GIÂY với Z hoặc độ lệch múi giờ.",
        "en": "A moment is written YYYY-MM-DDTHH:MM:SS with Z or an offset.",
    },
    "datetime_type": {"vi": "Phải là một thời điểm.", "en": "It must be a moment."},
    "identifier_form": {
        "vi": "Mã định danh là UUID, viết có dấu gạch nối.",
        "en": "An id is a UUID, written with hyphens.",
    },
    "item_twice": {"vi": "Danh sách nêu một mục hai lần.", "en": "The list names something twice."},
    "text_unprintable": {
        "vi": "Có ký tự điều khiển, ký tự ẩn hoặc ký tự không hợp lệ.",
        "en": "The text holds control, invisible, half or unknown characters.",
    },
    "text_without_letter": {
        "vi": "Phải có ít nhất một chữ cái hoặc chữ số.",
        "en": "It must hold a letter or a digit.",
    },
    "json_type": {"vi": "Phải là JSON.", "en": "It must be JSON."},
}


UNFORESEEN: dict[Language, str] = {"vi": "Giá trị không hợp lệ.", "en": "The value is not valid."}


def message(error: Mapping[str, Any], language: Language) -> str:
    """What is wrong, and never the value. One without words here is not valid, and that is all."""
    words = WORDS.get(error["type"], UNFORESEEN)
    limits = error.get("ctx", {})
    if language == "vi" and "expected" in limits:
        limits = {**limits, "expected": str(limits["expected"]).replace(" or ", " hoặc ")}
    return words[language].format(**limits)
