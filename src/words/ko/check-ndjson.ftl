# 검사에서 발견된 것: Ultralytics NDJSON.

ndjson-empty = 파일이 비어 있습니다
ndjson-no-header = 첫 줄이 헤더가 아닙니다
ndjson-task = task {$given}: 읽는 프로그램에 없는 작업입니다
ndjson-class-number = 클래스 {$key}: 숫자가 아닙니다
ndjson-class-names = class_names가 객체가 아닙니다
ndjson-split = split {$given}: 파일 전체를 읽지 못합니다
ndjson-no-file = 파일 이름이 없어 파일 전체를 읽지 못합니다
ndjson-file-folder = {$name}: 이름에 폴더가 있어 파일 전체를 읽지 못합니다
ndjson-no-url = url이 없어 파일 전체를 읽지 못합니다
ndjson-url = url이 http나 https가 아니어서 파일 전체를 읽지 못합니다
ndjson-annotations = annotations가 객체가 아닙니다
ndjson-ignored = {$ignored}: 읽지 않습니다. {$name}만 읽습니다
ndjson-wrong-list = 목록은 {$name}인데 작업은 {$wanted}만 읽습니다
ndjson-no-train = `train`에 이미지가 없어 읽는 프로그램이 파일을 거부합니다
ndjson-no-val = 이미지가 하나뿐이고 `val`이 없어 읽는 프로그램이 파일을 거부합니다
ndjson-val-made-up = `val`에 이미지가 없습니다. 읽는 프로그램은 `train`의 10분의 1을 씁니다. --split 0.8/0.2로 정하세요
ndjson-no-class = 클래스 이름도 행도 없습니다
ndjson-expires = 서명된 URL이 {$urls}개 있습니다. 곧 만료되며, 그때까지는 파일을 가진 누구나 이미지를 받을 수 있습니다
ndjson-mixed = 이미지 {$boxes}개에는 상자가, {$polygons}개에는 폴리곤이 있습니다. 폴리곤은 모두 빠집니다
ndjson-no-shape = kpt_shape가 없어 읽는 프로그램이 추측합니다
ndjson-flip = flip_idx에 모든 관절이 한 번씩 있지 않습니다
ndjson-nothing = 헤더가 있는 .ndjson 파일이 없습니다
ndjson-class = 클래스 {$class}: 이름이 없어 읽는 프로그램이 class{$class}라고 부릅니다
ndjson-class-alone = 클래스 {$class}: class_names가 없어 이름이 없고 읽는 프로그램이 class{$class}라고 부릅니다
ndjson-long-line = 줄이 너무 깁니다
