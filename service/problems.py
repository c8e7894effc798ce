"""Every way in which a request can fail, in one table: code, status, and what it means in both languages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

import orjson
from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

Language = Literal["vi", "en"]
MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Meaning:
    """The status of a problem, and what it means in Vietnamese and English."""

    status: int
    title: dict[Language, str]


def _meaning(status: int, vi: str, en: str) -> Meaning:
    return Meaning(status, {"vi": vi, "en": en})


# A code that is also the name of a database constraint is raised by the database itself.
PROBLEMS: dict[str, Meaning] = {
    "unreadable": _meaning(400, "Không đọc được nội dung yêu cầu.", "The request could not be read."),
    "invalid_request": _meaning(400, "Yêu cầu đăng nhập không đúng dạng.", "The request to sign in is malformed."),
    "invalid_grant": _meaning(
        400, "Tên, mật khẩu hoặc mã làm mới không đúng.", "The name, the password or the refresh token is not right."
    ),
    "invalid_scope": _meaning(
        400, "Tài khoản không có phân công này.", "The account has no such assignment, or none today."
    ),
    "unsupported_grant_type": _meaning(
        400,
        "Cách đăng nhập này không được hỗ trợ.",
        "The ways to sign in are password, refresh_token and client_credentials.",
    ),
    "idempotency_key_invalid": _meaning(
        400,
        "Idempotency-Key phải có từ 1 đến 255 ký tự ASCII in được, và chỉ một lần.",
        "An Idempotency-Key is 1 to 255 printable ASCII characters, given once.",
    ),
    "unauthenticated": _meaning(
        401, "Cần đăng nhập.", "Sign in: the request carries no token, or one that is not (or no longer) good."
    ),
    "invalid_client": _meaning(401, "Tên hoặc khóa của ứng dụng không đúng.", "The client or its secret is not right."),
    "forbidden": _meaning(403, "Vai trò của bạn không có quyền này.", "Your role may not do this."),
    "purpose_not_allowed": _meaning(
        403, "Vai trò của bạn không dùng cho mục đích này.", "Your role does not act for this purpose."
    ),
    "purpose_too_narrow": _meaning(
        403,
        "Mục đích này không cần đến quyền này; hãy nêu mục đích khác trong X-Purpose.",
        "The purpose does not need this: name another one of your role's in X-Purpose.",
    ),
    "area_out_of_reach": _meaning(
        403, "Địa bàn này ngoài phạm vi phân công của bạn.", "The area lies outside your assignment."
    ),
    "category_restricted": _meaning(
        403, "Bạn không được biết nhóm này.", "The category is sensitive, and your role does not receive it."
    ),
    "area_beside_commune": _meaning(
        422, "Chỉ nêu `commune` hoặc `area`, không nêu cả hai.", "Name a commune or an area, and not both."
    ),
    "filter_restricted": _meaning(
        403,
        "Bộ lọc này cho biết điều mà vai trò của bạn không được biết.",
        "The filter would tell what your role does not receive.",
    ),
    "changes_too_many": _meaning(
        422,
        "Có quá nhiều thay đổi từ lúc đó; hãy hỏi từ một lúc muộn hơn, hoặc đọc lại toàn bộ.",
        "Too much was changed since then: ask from a later moment, or read all again.",
    ),
    "field_restricted": _meaning(
        403,
        "Bạn không được biết trường này, nên không được ghi.",
        "Your role does not receive this field, and so does not write it.",
    ),
    "aggregates_only": _meaning(
        403,
        "Với địa bàn này bạn chỉ được xem số liệu tổng hợp đã làm tròn, của quý đã kết thúc.",
        "Of this area you receive only rounded aggregates of closed quarters; `reason` says what was too much.",
    ),
    "not_in_charge": _meaning(
        403,
        "Bước này thuộc phần việc của xã khác.",
        "The step is the part of another commune: that of the incident, or that where the child lives.",
    ),
    "tls_required": _meaning(403, "Chỉ phục vụ qua HTTPS.", "The service answers over HTTPS only."),
    "not_found": _meaning(404, "Không có tài nguyên này.", "There is nothing here."),
    "child_unknown": _meaning(404, "Không có trẻ em này.", "There is no such child."),
    "residence_unknown": _meaning(404, "Trẻ em này không có nơi cư trú này.", "The child has no such residence."),
    "circumstance_unknown": _meaning(404, "Trẻ em này không có hoàn cảnh này.", "The child has no such circumstance."),
    "case_unknown": _meaning(404, "Không có hồ sơ này.", "There is no such case."),
    "step_unknown": _meaning(404, "Hồ sơ này không có bước này.", "The case has no such step."),
    "deadline_unknown": _meaning(404, "Hồ sơ này không có thời hạn này.", "The case has no such deadline."),
    "deadline_rule_unknown": _meaning(404, "Không có quy định thời hạn này.", "There is no such rule of a deadline."),
    "holiday_unknown": _meaning(404, "Ngày này không có trong lịch.", "The day is not in the calendar."),
    "intervention_unknown": _meaning(404, "Hồ sơ này không có biện pháp này.", "The case has no such intervention."),
    "person_unknown": _meaning(
        404, "Không có người này trong những người quanh trẻ em.", "There is no such person around the child."
    ),
    "flag_unknown": _meaning(404, "Hồ sơ này không có lời nhắc này.", "The case has no such flag."),
    "stand_in_unknown": _meaning(404, "Không có lần ủy quyền này.", "There is no such stand-in."),
    "report_unknown": _meaning(404, "Không có báo cáo này.", "There is no such report."),
    "reported_child_unknown": _meaning(
        404, "Báo cáo không có trẻ em mang số này.", "The report tells of no child of this number."
    ),
    "informant_unknown": _meaning(
        404, "Người cung cấp thông tin không nêu tên.", "Nobody agreed to be named: the report is anonymous."
    ),
    "site_unknown": _meaning(404, "Không có điểm mô hình này.", "There is no such site."),
    "stage_unknown": _meaning(404, "Điểm mô hình này không có giai đoạn này.", "The site has no such stage."),
    "programme_unknown": _meaning(404, "Không có chương trình này.", "There is no such programme."),
    "rule_unknown": _meaning(
        404, "Chương trình không có quy tắc tính này.", "The programme has no such counting rule."
    ),
    "indicator_unknown": _meaning(404, "Không có chỉ tiêu này.", "There is no such indicator."),
    "target_unknown": _meaning(404, "Chương trình không có mục tiêu này.", "The programme has no such target."),
    "population_unknown": _meaning(404, "Không có số liệu dân số này.", "There is no such official figure."),
    "account_unknown": _meaning(404, "Không có tài khoản này.", "There is no such account."),
    "assignment_unknown": _meaning(404, "Không có phân công này.", "There is no such assignment."),
    "edition_unknown": _meaning(404, "Không có ấn bản này.", "There is no such edition."),
    "agency_unknown": _meaning(404, "Không có cơ quan này.", "There is no such agency."),
    "reform_unknown": _meaning(404, "Không có lần sắp xếp đơn vị hành chính này.", "There is no such reform."),
    "problem_unknown": _meaning(404, "Không có loại lỗi này.", "There is no such problem."),
    "area_unknown": _meaning(404, "Không có đơn vị hành chính nào mang mã này.", "No area ever had this code."),
    "area_not_on_map": _meaning(
        404, "Mã này không chỉ đơn vị nào vào ngày đó.", "The code means nothing on the map of that day."
    ),
    "method_not_allowed": _meaning(405, "Phương thức không được phép ở đây.", "The method is not allowed here."),
    "too_slow": _meaning(408, "Nội dung yêu cầu đến quá chậm.", "The body of the request took too long to arrive."),
    "account_name_taken": _meaning(409, "Tên tài khoản đã được dùng.", "Another account has this name, or had it."),
    "agency_name_taken": _meaning(409, "Đã có cơ quan mang tên này.", "There is an agency of this name."),
    "idempotency_key_reused": _meaning(
        409,
        "Idempotency-Key này đã dùng cho một yêu cầu khác.",
        "This Idempotency-Key was used for another request: make a new one for each.",
    ),
    "administrator_last": _meaning(
        409,
        "Phải còn ít nhất một quản trị viên.",
        "This is the last administrator: make another one first.",
    ),
    "edition_of_nothing": _meaning(
        409, "Sổ chưa có bút toán nào để công bố.", "The ledger has no posting yet: there is nothing to seal."
    ),
    "id_taken": _meaning(409, "Mã định danh bản ghi đã được dùng.", "The id is taken by another record."),
    "child_personal_id_taken": _meaning(
        409, "Số định danh cá nhân đã thuộc về một trẻ em khác.", "Another child has this personal number."
    ),
    "residence_no_overlap": _meaning(
        409, "Trẻ em đã có nơi cư trú khác trong thời gian này.", "The child has another residence in this period."
    ),
    "circumstance_no_overlap": _meaning(
        409, "Trẻ em đã ở nhóm này trong thời gian này.", "The child is in this category already in this period."
    ),
    "site_once_in_commune": _meaning(409, "Xã này đã có điểm mô hình.", "The commune has a site already."),
    "site_stage_no_overlap": _meaning(
        409, "Điểm mô hình đã có giai đoạn khác trong thời gian này.", "The site has another stage in this period."
    ),
    "target_no_overlap": _meaning(
        409,
        "Chỉ tiêu đã có mục tiêu cùng hạn trong thời gian này; hãy nêu mục tiêu được thay thế.",
        "There is a target for the same day in this period: name the one that is superseded, from a later day on.",
    ),
    "target_superseded": _meaning(
        409, "Mục tiêu này đã được thay thế.", "The target has been superseded already, or begins later than that."
    ),
    "target_not_measurable": _meaning(
        409,
        "Vào ngày đó không tính được mục tiêu bằng số trẻ em.",
        "On that day the target cannot be told in whole children: there is nothing that it would be a part of.",
    ),
    "population_taken": _meaning(
        409, "Số liệu của nguồn này cho ngày đó đã có.", "The figure of this source for this day is there already."
    ),
    "person_is_harming": _meaning(
        409,
        "Một đánh giá cho rằng người này xâm hại trẻ em: không thể là người giám hộ hay người chăm sóc để liên hệ.",
        "An assessment names this person as harming the child: neither guardian nor carer to turn to.",
    ),
    "person_is_named": _meaning(
        409,
        "Một bước của hồ sơ nêu người này: không xóa được.",
        "A step of a case names this person, who therefore stays.",
    ),
    "stand_in_overlaps": _meaning(
        409, "Trong những ngày này đã có người được ủy quyền.", "Somebody stands in on some of these days already."
    ),
    "stand_in_ended": _meaning(409, "Lần ủy quyền này đã kết thúc.", "The stand-in has ended already."),
    "stand_in_outlasts": _meaning(
        409,
        "Người được ủy quyền còn thay sau ngày đó: hãy kết thúc việc ủy quyền trước.",
        "Somebody stands in for longer than that: end the stand-in first.",
    ),
    "assignment_of_stand_in": _meaning(
        409,
        "Phân công này thuộc về một lần ủy quyền: hãy kết thúc việc ủy quyền.",
        "The assignment was made for a stand-in, and ends with it: end the stand-in.",
    ),
    "hand_over_out_of_reach": _meaning(
        409,
        "Có hồ sơ của trẻ em ngoài phạm vi của người nhận, hoặc của bạn; `out_of_reach` trên `cases`.",
        "Some cases are of children whom the other, or you, do not reach: `out_of_reach` of `cases`.",
    ),
    "case_report_reference_taken": _meaning(
        409,
        "Số hiệu này đã dùng cho một báo cáo khác.",
        "A report with this reference said something else: what was received is not changed. Send another reference.",
    ),
    "report_is_unfounded": _meaning(
        409, "Báo cáo đã được kết luận là không có căn cứ.", "The report was found to be unfounded."
    ),
    "report_is_passed_on": _meaning(
        409,
        "Báo cáo đã được chuyển đến xã này.",
        "The report was passed on to this commune already: name another one, if it happened there.",
    ),
    "report_is_linked": _meaning(
        409,
        "Đã có hồ sơ mở từ báo cáo này.",
        "There is an open case of the report: what becomes of it is decided there.",
    ),
    "reported_child_is_linked": _meaning(
        409, "Trẻ em này của báo cáo đã có hồ sơ.", "There is a case of this child of the report already."
    ),
    "reported_child_is_another": _meaning(
        409, "Báo cáo nêu một trẻ em khác.", "The report says that this is another child of the register."
    ),
    "reported_child_identified": _meaning(409, "Đã biết trẻ em này là ai.", "Who this child is is known already."),
    "reported_child_not_registered": _meaning(
        409,
        "Trẻ em này chưa có hồ sơ nên chưa được ghi vào sổ.",
        "The child is not in the register yet: name one who is, or register it and name it then.",
    ),
    "child_born_later": _meaning(
        409, "Trẻ em này sinh sau khi tiếp nhận báo cáo.", "That child was born after the report was received."
    ),
    "protection_case_open": _meaning(
        409,
        "Trẻ em đang có hồ sơ bảo vệ; `case` nêu hồ sơ ấy.",
        "A protection case of the child is open: `case` names it. Link the report to that one.",
    ),
    "case_not_protection": _meaning(
        409, "Hồ sơ này không phải hồ sơ bảo vệ.", "Reports are linked to cases of protection, and this is another one."
    ),
    "case_is_closed": _meaning(409, "Hồ sơ đã kết thúc.", "The case is closed already."),
    "previous_case_open": _meaning(
        409,
        "Hồ sơ trước chưa kết thúc vào ngày mở hồ sơ mới.",
        "The case before is not closed on the day on which the new one opens.",
    ),
    "reform_overlaps": _meaning(
        409,
        "Đơn vị này đã thay đổi vào ngày đó, hoặc đã được sắp xếp ở đây vào ngày sau đó.",
        "The unit changes on that day already, or was changed here on a later day.",
    ),
    "area_code_taken": _meaning(
        409, "Mã này đã thuộc về một đơn vị khác trong thời gian đó.", "The code is another unit's in these days."
    ),
    "nothing_to_settle": _meaning(
        409,
        "Trẻ em này không ở xã nào bị chia tách mà chưa rõ nơi ở mới.",
        "No commune of the child was split, or it has been told already in which part the child lives.",
    ),
    "next_case_open": _meaning(
        409,
        "Một hồ sơ sau tiếp nối hồ sơ này từ trước ngày đó.",
        "A later case continues this one from before that day.",
    ),
    "case_previous": _meaning(
        409, "Một hồ sơ sau nêu hồ sơ này là hồ sơ trước.", "A later case names this one as the case before."
    ),
    "rule_is_adopted": _meaning(
        409,
        "Quy tắc đã được thông qua nên không sửa, không xóa được; hãy soạn quy tắc mới.",
        "The rule is adopted (or about to be): it is neither changed nor withdrawn. Draft another one.",
    ),
    "rule_not_adopted": _meaning(
        409, "Quy tắc này mới là dự thảo.", "The rule is a draft: nothing is counted by it yet. See its preview."
    ),
    "rule_still_posting": _meaning(
        409,
        "Quy tắc này đang được ghi vào sổ; `done` trên `total` đã xong.",
        "The rule is still being posted for everyone: `done` of `total`. Ask again later.",
    ),
    "step_not_allowed": _meaning(
        409,
        "Chưa thể thực hiện bước này; `allowed` nêu các bước có thể.",
        "The step cannot be taken there: `reason` says why, and `allowed` which steps can.",
    ),
    "step_contradicts_later": _meaning(
        409,
        "Nếu vậy thì một bước đã ghi sau đó không còn đúng; `later` nêu bước ấy.",
        "A step that occurred later would no longer stand: `later` names it. Correct that one first.",
    ),
    "approved_by_drafter": _meaning(
        409,
        "Người lập hoặc trình kế hoạch không phê duyệt kế hoạch đó.",
        "Who drafted or submitted a plan does not approve it.",
    ),
    "carer_is_harming": _meaning(
        409,
        "Không giao trẻ em cho người gây hại.",
        "A child is not given into the care of a person found to harm it.",
    ),
    "case_follows_procedure": _meaning(
        409,
        "Hồ sơ này được giải quyết theo các bước của quy trình: hãy ghi bước, không sửa trực tiếp.",
        "The case is led by the steps of the procedure: take a step, or withdraw one, instead of changing it directly.",
    ),
    "deadline_rule_no_overlap": _meaning(
        409,
        "Thời hạn này đã có một phiên bản từ ngày đó hoặc sau đó.",
        "The deadline has a version from that day on, or from a later one, already.",
    ),
    "holiday_once": _meaning(409, "Ngày này đã có trong lịch.", "The day is in the calendar already."),
    "deadline_not_running": _meaning(
        409, "Thời hạn này không đang chạy.", "The deadline is not running: it has not begun, is paused, met or lifted."
    ),
    "deadline_not_pausable": _meaning(
        409,
        "Thời hạn tính theo ngày hoặc tháng không tạm dừng được.",
        "A deadline in days or months of the calendar cannot be paused.",
    ),
    "deadline_not_paused": _meaning(409, "Thời hạn này không tạm dừng.", "The deadline is not paused."),
    "working_days_unknown": _meaning(
        409,
        "Chưa có lịch ngày làm việc của năm `year`.",
        "Which days of the year `year` are working days is not known: the calendar has to be completed first.",
    ),
    "stale": _meaning(
        412, "Dữ liệu đã thay đổi sau khi bạn đọc.", "It has changed since you read it; read it again and decide anew."
    ),
    "too_large": _meaning(413, "Nội dung yêu cầu quá lớn.", "The body of the request is too large."),
    "url_too_long": _meaning(414, "Địa chỉ yêu cầu quá dài.", "The address of the request is too long."),
    "unsupported_media_type": _meaning(
        415, "Nội dung phải là JSON.", "The body must be application/json (or application/merge-patch+json)."
    ),
    "invalid": _meaning(422, "Dữ liệu không hợp lệ.", "Some of the input is not valid; `errors` names it."),
    "password_weak": _meaning(
        422,
        "Mật khẩu quá yếu: ít nhất 12 ký tự, không chứa tên tài khoản.",
        "The password is too weak: at least 12 characters, and not the account's name.",
    ),
    "operation_unknown": _meaning(422, "API không có thao tác này.", "The API has no such operation."),
    "resource_unknown": _meaning(
        422,
        "Không hiểu tài nguyên này: hãy nêu đường dẫn của trẻ em, hồ sơ, xã, điểm mô hình, "
        "tài khoản, cơ quan, hoặc mã địa bàn.",
        "Name the path of a child, a case, a commune, a site, an account or an agency, or the code of an area.",
    ),
    "role_unknown": _meaning(422, "Không có vai trò này.", "There is no such role."),
    "period_empty": _meaning(
        422, "Thời gian phải có ít nhất một ngày.", "The period must hold at least one day: `until` after `from`."
    ),
    "date_in_future": _meaning(422, "Ngày này còn ở tương lai.", "The day lies in the future."),
    "category_unknown": _meaning(422, "Không có nhóm nào mang mã này.", "There is no such category."),
    "category_not_in_force": _meaning(
        422,
        "Nhóm này không có hiệu lực vào ngày bắt đầu.",
        "The category is not in force on the day on which the circumstance begins.",
    ),
    "category_of_other_kind": _meaning(
        422, "Nhóm này không thuộc loại mà chỉ tiêu đếm.", "The category is not of the kind that the indicator counts."
    ),
    "measure_unknown": _meaning(422, "Không có biện pháp nào mang mã này.", "There is no such measure."),
    "case_closed_before_opening": _meaning(
        422, "Ngày kết thúc trước ngày mở hồ sơ.", "The case would close before it opens."
    ),
    "intervention_ended_before_start": _meaning(
        422, "Biện pháp kết thúc trước khi bắt đầu.", "The intervention would end before it starts."
    ),
    "report_in_future": _meaning(422, "Thời điểm này chưa đến.", "This moment has not come yet."),
    "passed_on_before_receipt": _meaning(
        422, "Chuyển đi trước khi tiếp nhận.", "The report would be passed on before it was received."
    ),
    "age_contradicts_birth": _meaning(
        422, "Tuổi ước tính không khớp ngày sinh.", "The estimated age is not that of the date of birth."
    ),
    "identity_missing": _meaning(
        422,
        "Nêu `child_id` của trẻ em đã có trong sổ, hoặc `full_name` và `date_of_birth`.",
        "Say who it is: `child_id` of a child of the register alone, or else `full_name` and `date_of_birth`.",
    ),
    "not_a_child": _meaning(422, "Người này đã đủ 18 tuổi.", "Who was born then was 18 or older by the report."),
    "step_before_report": _meaning(
        422,
        "Bước này xảy ra trước khi tiếp nhận thông tin.",
        "The step would have occurred before the report (or the need) by which the case was opened.",
    ),
    "deadline_rule_not_ahead": _meaning(
        422,
        "Quy định mới chỉ áp dụng từ một ngày sau hôm nay: thời hạn đã bắt đầu không thay đổi.",
        "A deadline that has begun does not move: another version is in force from a day after today on.",
    ),
    "receipt_not_counted": _meaning(
        422,
        "Thời hạn này không tính từ khi tiếp nhận.",
        "The deadline is not counted from the receipt of a report.",
    ),
    "step_in_future": _meaning(422, "Bước này chưa xảy ra.", "The step has not occurred yet."),
    "assessment_incomplete": _meaning(
        422,
        "Còn mục chưa được đánh giá nên chưa kết luận được; `unanswered` nêu các mục.",
        "No conclusion has gaps: `unanswered` names the items of the form that have no answer.",
    ),
    "assessment_item_unknown": _meaning(
        422, "Mẫu đánh giá này không có mục này.", "The form of the assessment has no such item."
    ),
    "plan_empty": _meaning(422, "Kế hoạch phải có biện pháp.", "A plan has at least one measure."),
    "plan_item_twice": _meaning(422, "Biện pháp được nêu hai lần.", "Two items of the plan have one id."),
    "measure_not_of_plan": _meaning(
        422,
        "Kế hoạch không có biện pháp này, hoặc biện pháp đã bắt đầu hay kết thúc.",
        "The plan in force has no such item, or it was begun (or ended) already.",
    ),
    "separation_too_long": _meaning(
        422,
        "Thời gian cách ly vượt quá `limit` ngày.",
        "The child would be separated for `days` days in sum, and at most `limit` are allowed.",
    ),
    "separation_unbounded": _meaning(422, "Cách ly phải có ngày kết thúc.", "A separation has a first day and an end."),
    "reason_missing": _meaning(422, "Bước này cần nêu lý do.", "This needs a reason."),
    "outcome_missing": _meaning(422, "Hồ sơ kết thúc phải có kết quả.", "A case that closes has an outcome."),
    "residence_reason_of_an_end": _meaning(
        422, "Lý do kết thúc cần ngày kết thúc.", "A reason why the residence ended needs the day on which it ended."
    ),
    "previous_case_of_itself": _meaning(
        422, "Hồ sơ không thể tiếp nối chính nó.", "A case cannot continue itself, not even by way of others."
    ),
    "previous_case_of_another_child": _meaning(
        422, "Hồ sơ trước không phải của trẻ em này.", "The case before is not a case of this child."
    ),
    "relation_not_sibling": _meaning(
        422, "Chỉ anh chị em mới dẫn tới một trẻ em khác.", "Only a sibling is named as another child of the register."
    ),
    "sibling_of_itself": _meaning(
        422, "Trẻ em không thể là anh chị em của chính mình.", "A child is no sibling of itself."
    ),
    "stand_in_of_nobody": _meaning(
        422,
        "Phân công này không phải của một chủ tịch xã trong suốt những ngày đó.",
        "The assignment is not that of a commune's chair on all of these days.",
    ),
    "deputy_unsuitable": _meaning(
        422,
        "Người được nêu không thể thay: phải là người khác, có phân công trong địa bàn vào ngày đầu.",
        "Whoever is named cannot stand in: it is somebody else with an assignment in the commune on the first day.",
    ),
    "officer_unsuitable": _meaning(
        422,
        "Người được nêu hiện không thể phụ trách hồ sơ của trẻ em này.",
        "Whoever is named cannot work on the cases of this child today.",
    ),
    "not_a_commune": _meaning(
        422, "Mã này không chỉ một xã, phường, thị trấn.", "The code is not that of a commune, ward or township."
    ),
    "not_a_successor": _meaning(
        422,
        "Xã này không phải là một phần của xã đã bị chia tách; `communes` nêu các phần.",
        "The commune is no part of the one that was split; `communes` names the parts.",
    ),
    "reform_empty": _meaning(422, "Nghị quyết này không thay đổi gì.", "The resolution changes nothing."),
    "reform_incomplete": _meaning(
        422,
        "Nghị quyết phải nêu rõ mỗi đơn vị mới hình thành từ đâu và mỗi đơn vị cũ thành đơn vị nào.",
        "The resolution must say what every unit is made of, what becomes of every area, and in what each lies.",
    ),
    "reform_is_upgrade": _meaning(
        422,
        "Một đơn vị giữ nguyên toàn bộ địa giới của một đơn vị cũ là đơn vị cũ đó: hãy dùng `upgraded`.",
        "A unit that is wholly one former unit is the same area: call it `upgraded`.",
    ),
    "reform_levels": _meaning(
        422,
        "Các đơn vị không cùng cấp, hoặc không thuộc cấp xã hay cấp huyện.",
        "A line joins units of one level, communes or districts, and each lies in a unit above it.",
    ),
    "shares_do_not_add_up": _meaning(
        422,
        "Tỷ lệ của các phần phải có ở mọi dòng của việc chia tách (hoặc không dòng nào) và cộng lại bằng 1.",
        "The shares of a split stand on all of its lines or on none, add up to 1, and nothing else has a share.",
    ),
    "by_above_area": _meaning(
        422, "Cấp chia nhỏ cao hơn địa bàn được hỏi.", "The level to split by lies above the area asked about."
    ),
    "breakdowns_too_many": _meaning(
        422, "Chỉ phân tách theo tối đa hai tiêu chí mỗi lần.", "A figure is broken down by one thing or two, not more."
    ),
    "breakdown_repeated": _meaning(
        422,
        "Tiêu chí phân tách bị lặp lại (hai cấp địa bàn cũng là một tiêu chí).",
        "The same breakdown is asked for twice; two levels of areas are one breakdown.",
    ),
    "breakdown_not_applicable": _meaning(
        422,
        "Chỉ tiêu này không phân tách được theo tiêu chí đó.",
        "The indicator cannot be taken apart by that: a count of communes only by area, categories only of those in "
        "circumstances, levels of measures only of those who are assisted, and not by category as well.",
    ),
    "filter_not_applicable": _meaning(
        422, "Bộ lọc này không dùng được với chỉ tiêu này.", "The filter says nothing about what the indicator counts."
    ),
    "side_not_applicable": _meaning(
        422, "Chỉ tiêu này không có mẫu số.", "The indicator is a count and has no denominator."
    ),
    "age_band_unknown": _meaning(422, "Không có nhóm tuổi này.", "The counting rule has no such age band."),
    "edition_of_the_future": _meaning(
        422,
        "Chưa thể công bố số liệu của một ngày chưa đến.",
        "The figures of a day that is still to come cannot be sealed.",
    ),
    "age_bands_overlap": _meaning(
        422,
        "Các nhóm tuổi phải có mã khác nhau, trong 0–16 tuổi và không chồng lên nhau.",
        "Age bands have codes of their own (other than `all`), lie within 0 to 16 years, and do not overlap.",
    ),
    "rule_outside_programme": _meaning(
        422,
        "Ngày áp dụng phải nằm trong thời gian của chương trình.",
        "A rule is adopted from a day within the period of its programme.",
    ),
    "rule_not_known_then": _meaning(
        422,
        "Vào ngày đó quy tắc này chưa được ghi vào sổ; hãy nêu `rule` khác hoặc ngày muộn hơn.",
        "On that day nothing was counted by this rule yet: ask by another one (`rule`), or as known later.",
    ),
    "indicator_not_measured": _meaning(
        422, "Sổ này không đo được chỉ tiêu này.", "This register cannot measure the indicator: it has no records."
    ),
    "target_not_yet": _meaning(
        422,
        "Vào ngày đó chương trình chưa có mục tiêu cho chỉ tiêu này.",
        "On that day the programme has no target for the indicator.",
    ),
    "target_of_another_indicator": _meaning(
        422,
        "Mục tiêu được thay thế phải cùng chỉ tiêu và cùng địa bàn.",
        "The target that is superseded must be of the same indicator and area.",
    ),
    "target_value": _meaning(
        422,
        "Giá trị không hợp với đơn vị của mục tiêu.",
        "The value does not go with the unit: counts are whole, rates not negative, changes above -1.",
    ),
    "target_unit_of_a_count": _meaning(
        422,
        "Chỉ tiêu số lượng chỉ có mục tiêu theo số lượng hoặc mức thay đổi hằng năm.",
        "An indicator that is a count is held to a count or to a yearly change.",
    ),
    "children_of_population": _meaning(422, "Số trẻ em nhiều hơn dân số.", "There are more children than people."),
    "allocation_level_not_below": _meaning(
        422, "Cấp phân bổ phải thấp hơn địa bàn của mục tiêu.", "The level must lie below the area of the target."
    ),
    "allocation_parts": _meaning(
        422,
        "Chỉ nêu các phần khi phân bổ thủ công, và khi đó phải nêu.",
        "Parts are given by hand, and only then.",
    ),
    "allocation_area_unknown": _meaning(
        422, "Địa bàn này không thuộc diện phân bổ.", "The area is not among those that the target is allocated to."
    ),
    "allocation_area_twice": _meaning(422, "Địa bàn được nêu hai lần.", "The area is named twice."),
    "allocation_does_not_add_up": _meaning(
        422,
        "Tổng các phần không bằng mục tiêu.",
        "The parts do not add up to the target: `total` and `given` say how far.",
    ),
    "known_in_future": _meaning(422, "Chưa thể biết số liệu của ngày này.", "What will be known is not known."),
    "known_before_first_posting": _meaning(
        422,
        "Ngày này sớm hơn bút toán đầu tiên của sổ, khi đó chưa biết gì.",
        "The day is before the first posting of the ledger: nothing was known then. Ask for a later day.",
    ),
    "cursor_invalid": _meaning(
        422,
        "Con trỏ trang không phải của danh sách này với các bộ lọc này.",
        "The cursor is not one that this list gave to you for these filters: begin with the first page.",
    ),
    "field_unknown": _meaning(
        422, "Không có trường này; `known` nêu các trường.", "There is no such field to choose: `known` names them."
    ),
    "field_not_clearable": _meaning(
        422,
        "Trường này không có hoặc không được để trống; `clearable` nêu các trường được.",
        "There is no such field, or it may not be null: `clearable` names those that may.",
    ),
    "field_given_and_cleared": _meaning(
        422, "Trường vừa có giá trị mới vừa bị xóa.", "A field is given a value and is to be cleared at once."
    ),
    "map_before_first": _meaning(
        422,
        "Chưa có bản đồ của ngày này: bản đồ đầu tiên là từ ngày 06/08/2013.",
        "There is no map of this day: the first one is of 6 August 2013.",
    ),
    "level_not_on_map": _meaning(
        422,
        "Bản đồ của ngày này không có cấp hành chính đó trong khu vực.",
        "The map of this day has no areas of this level in the area (districts ended on 1 July 2025).",
    ),
    "precondition_required": _meaning(
        428, "Cần tiêu đề If-Match với ETag đã đọc.", "Changing needs If-Match with the ETag that you read."
    ),
    "too_many_requests": _meaning(
        429, "Quá nhiều yêu cầu; hãy chờ rồi thử lại.", "Too many requests: wait as long as Retry-After says."
    ),
    "too_many_attempts": _meaning(
        429,
        "Đăng nhập sai nhiều lần; hãy chờ rồi thử lại.",
        "Too many attempts to sign in: wait as long as Retry-After says.",
    ),
    "headers_too_large": _meaning(
        431, "Phần đầu của yêu cầu quá lớn.", "The headers of the request are too many or too large."
    ),
    "internal": _meaning(500, "Lỗi của dịch vụ.", "The service failed; the request id helps the operator find why."),
    "unavailable": _meaning(
        503, "Cơ sở dữ liệu tạm thời không phục vụ.", "The database cannot be reached or is busy; try again."
    ),
    "overloaded": _meaning(
        503, "Dịch vụ đang có quá nhiều kết nối.", "The service has as many connections as it can serve; try again."
    ),
    "not_ready": _meaning(
        503,
        "Cơ sở dữ liệu chưa ở phiên bản của dịch vụ.",
        "The database is not at the version of the service: it is being migrated, or has to be.",
    ),
    "storage_full": _meaning(
        503, "Máy chủ hết dung lượng lưu trữ.", "The disk of the database is full; the operator must free some space."
    ),
}


class FieldError(BaseModel):
    """One field of the input and the rule that it broke."""

    pointer: str = Field(description="JSON pointer into the body, or the name of the parameter", examples=["/until"])
    code: str = Field(examples=["period_empty"])
    message: str


class ChangeSince(BaseModel):
    """What somebody else has changed: which fields of which record. `account` is null for an operator's command."""

    at: datetime
    account: str | None
    role: str | None
    record: str
    change: Literal["made", "changed", "withdrawn"]
    fields: list[str]


class Problem(BaseModel):
    """A problem document: RFC 9457."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="Stable, and documented at its address", examples=["/problems/period_empty"])
    title: str
    status: int
    detail: str | None = None
    instance: str = Field(description="The id of the request, also in X-Request-ID")
    errors: list[FieldError] | None = None
    current: str | None = Field(None, description="Of `stale`: the present ETag")
    changes: list[ChangeSince] | None = Field(
        None, description="Of `stale`: what has changed since the version that was named, the newest first; 50 at most"
    )


def language(request: Request) -> Language:
    """Vietnamese, unless the caller prefers English."""
    header = request.headers.get("accept-language")
    return preferred(header) if header else "vi"


@lru_cache(maxsize=1000)
def preferred(header: str) -> Language:
    """By the weights of `Accept-Language` (RFC 9110 §12.5.4): ours is the language that is wanted most; of two wanted
    alike the one named first; `*` is any, and so Vietnamese."""
    found: dict[str, float] = {}
    for part in header.lower().split(","):
        named = re.fullmatch(r"\s*(vi|en|\*)(?:-[a-z0-9-]+)?\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?\s*", part)
        if named:
            found.setdefault(named[1], float(named[2] or 1))
    anything = found.pop("*", 0.0)
    found.setdefault("vi", anything)
    return "en" if found.get("en", 0.0) > found["vi"] or (found.get("en") == found["vi"] and first(found)) else "vi"


def first(found: dict[str, float]) -> bool:
    """Whether English is named, and before Vietnamese."""
    return next(iter(found)) == "en" and found["en"] > 0


def problem(
    request: Request,
    code: str,
    more: Mapping[str, object] | None = None,
    *,
    status: int | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    meaning = PROBLEMS[code]
    status = status or meaning.status
    body = {
        "type": f"/problems/{code}",
        "title": meaning.title[language(request)],
        "status": status,
        "instance": request.state.request_id,
        **(more or {}),
    }
    return Response(orjson.dumps(body), status, headers, MEDIA_TYPE)
