"use strict";
// What the page says, in English and in Korean.

const words = (() => {
    const all = {
        en: {
            title: "Gallery", items: "Items", overview: "Overview", search: "Search by name or id", language: "한국어", dark: "Dark", light: "Light",
            filters: "Filters", clear: "Clear all", find: "Find", more: "{n} more: use Find", shown: "{n} of {all} items", loading: "{n} of {all} items are loaded",
            first: "{n} of {all}", none: "No item fits these filters.", empty: "This dataset has no items.", broken: "{file} cannot be loaded. Copy the whole folder of the gallery.",
            class: "Class", tool: "Tool", split: "Part", kind: "Medium", labeler: "Labeler", status: "Status", review: "Review", size: "Object size", reason: "Problem",
            small: "small, under 32²", medium: "medium, under 96²", large: "large", unset: "(none)",
            back: "Back to all items", previous: "Previous", next: "Next", of: "{n} of {all}", item: "Item", media: "Media", pixels: "Size", day: "Last work", link: "Link to this item",
            annotations: "Annotations", no_annotations: "No annotations.", labels: "Labels", shapes: "Shapes", zoom_in: "Zoom in", zoom_out: "Zoom out", fit: "Fit",
            missing: "The original is not there: {file}", other_size: "The original is {w} × {h}, the row says {rw} × {rh}.", open: "Open the original",
            keys: "Keys", keys_text: "← → previous, next · Esc back · / search · + − 0 zoom · L labels · S shapes · O overview",
            hide: "Hide", show: "Show", no_item: "There is no item {name}.", picture_of: "{name}, {n} annotations",
            objects: "Objects", count: "Count", per_item: "Objects an item", sides: "Side of the object against that of the image", aspects: "Width against height", places: "Where objects are",
            classes: "Classes", parts: "Parts", labelers: "Labelers", days: "Items by day of the last work", reasons: "Problems", tools: "Tools", share: "Share", total: "All",
            numbers: "Numbers", place_note: "Darker: more centres of objects lie there.", no_class: "Without any object: {names}",
            frame: "Frame", frames_a_second: "Frames a second", time: "Time", section: "Section", play: "Show", span: "Text", from: "From", to: "To", relations: "Relations",
            prompt: "Prompt", answer: "Answer", above: "From above: x to the right, y up", raw: "As written",
            not_from_folder: "Its contents are not shown: browsers do not let a page that was opened from a folder read the files beside it. From a server they are, such as that of python3 -m http.server.",
            not_from_there: "Its contents are at another address, which this page may not read.", too_large: "Its contents are not shown: it has more than {n} MiB.", no_points: "Its contents are not shown: {what} is not what this page reads.", seconds: "s", what: "What", model: "Model",
            views: "Views", findings: "Findings", finding: "Finding", severity: "Severity", reader: "Reader", times: "Times", pictures: "Pictures",
            rejected: "rejected", dropped: "dropped", misread: "misread", advice: "advice", nothing_found: "Nothing was found.", no_picture: "Of no picture",
            shares: "The size of the picture is not known: what lies where is shown by shares of its sides.",
        },
        ko: {
            title: "갤러리", items: "항목", overview: "개요", search: "이름이나 ID로 찾기", language: "English", dark: "어둡게", light: "밝게",
            filters: "필터", clear: "모두 지우기", find: "찾기", more: "{n}개 더 있음: 찾기를 쓰세요", shown: "전체 {all}개 중 {n}개", loading: "전체 {all}개 중 {n}개를 읽었습니다",
            first: "{all}개 중 {n}개", none: "이 필터에 맞는 항목이 없습니다.", empty: "이 데이터셋에는 항목이 없습니다.", broken: "{file} 파일을 읽을 수 없습니다. 갤러리 폴더를 통째로 복사하세요.",
            class: "클래스", tool: "도구", split: "분할", kind: "매체", labeler: "작업자", status: "상태", review: "검수", size: "객체 크기", reason: "문제",
            small: "작음, 32² 미만", medium: "중간, 96² 미만", large: "큼", unset: "(없음)",
            back: "모든 항목으로", previous: "이전", next: "다음", of: "{all}개 중 {n}번째", item: "항목", media: "미디어", pixels: "크기", day: "마지막 작업", link: "이 항목의 링크",
            annotations: "어노테이션", no_annotations: "어노테이션이 없습니다.", labels: "이름표", shapes: "도형", zoom_in: "확대", zoom_out: "축소", fit: "맞춤",
            missing: "원본이 없습니다: {file}", other_size: "원본은 {w} × {h}, 데이터에는 {rw} × {rh}입니다.", open: "원본 열기",
            keys: "단축키", keys_text: "← → 이전, 다음 · Esc 돌아가기 · / 찾기 · + − 0 확대 · L 이름표 · S 도형 · O 개요",
            hide: "숨기기", show: "보이기", no_item: "{name} 항목이 없습니다.", picture_of: "{name}, 어노테이션 {n}개",
            objects: "객체", count: "개수", per_item: "항목당 객체 수", sides: "이미지에 대한 객체 변의 비율", aspects: "너비와 높이의 비", places: "객체의 위치",
            classes: "클래스", parts: "분할", labelers: "작업자", days: "마지막 작업일별 항목", reasons: "문제", tools: "도구", share: "비율", total: "전체",
            numbers: "수치", place_note: "진할수록 객체의 중심이 많습니다.", no_class: "객체가 없는 클래스: {names}",
            frame: "프레임", frames_a_second: "초당 프레임", time: "시간", section: "구간", play: "보기", span: "텍스트", from: "시작", to: "끝", relations: "관계",
            prompt: "프롬프트", answer: "답변", above: "위에서 본 모습: x는 오른쪽, y는 위", raw: "원래 값",
            not_from_folder: "내용을 표시하지 않습니다. 폴더에서 연 페이지는 브라우저가 옆에 있는 파일을 읽지 못하게 합니다. python3 -m http.server 같은 서버로 열면 보입니다.",
            not_from_there: "내용이 다른 주소에 있어 이 페이지가 읽을 수 없습니다.", too_large: "{n} MiB보다 커서 내용을 표시하지 않습니다.", no_points: "내용을 표시하지 않습니다: {what} 형식은 이 페이지가 읽지 못합니다.", seconds: "초", what: "항목", model: "모델",
            views: "보기", findings: "검사 결과", finding: "규칙", severity: "심각도", reader: "읽는 프로그램", times: "횟수", pictures: "이미지",
            rejected: "거부됨", dropped: "빠짐", misread: "잘못 읽힘", advice: "참고", nothing_found: "발견된 문제가 없습니다.", no_picture: "이미지와 관계없는 결과",
            shares: "이미지 크기를 알 수 없어 위치를 변의 비율로 보여 줍니다.",
        },
    };

    // What the problem codes mean.
    const reasons = {
        en: {
            CLIPPED_TO_IMAGE: "reaches over the edge of the image", INVALID_GEOMETRY: "lies outside the image, or is no geometry", INVALID_BOUNDING_BOX: "a box without area",
            INVALID_POLYGON: "a polygon without area", INVALID_MASK_ENCODING: "a mask that contradicts itself or its image", INVALID_CLASS_NAME: "no class",
            MALFORMED_ANNOTATION: "cannot be read as an annotation", IMAGE_SIZE_UNKNOWN: "the size of the image is not known",
        },
        ko: {
            CLIPPED_TO_IMAGE: "이미지 가장자리를 넘음", INVALID_GEOMETRY: "이미지 밖에 있거나 올바른 도형이 아님", INVALID_BOUNDING_BOX: "넓이가 없는 박스",
            INVALID_POLYGON: "넓이가 없는 폴리곤", INVALID_MASK_ENCODING: "마스크가 이미지나 자신과 맞지 않음", INVALID_CLASS_NAME: "클래스 없음",
            MALFORMED_ANNOTATION: "어노테이션으로 읽을 수 없음", IMAGE_SIZE_UNKNOWN: "이미지 크기를 알 수 없음",
        },
    };

    let language = "en";

    return {
        // Chooses the language; one that is not known is English.
        speak(wanted) {
            language = wanted === "ko" ? "ko" : "en";
            document.documentElement.lang = language;
        },
        get language() {
            return language;
        },
        // A text by its key, its places filled.
        say(key, values = {}) {
            return all[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
        },
        // What a problem code means; the code itself when it is not known here.
        reason(code) {
            return Object.hasOwn(reasons[language], code) ? reasons[language][code] : code;
        },
        // A whole number as people write it.
        number(n) {
            return n.toLocaleString(language);
        },
    };
})();
