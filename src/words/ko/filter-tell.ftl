# 필터의 jq 프로그램과, 행 대신 알려 주는 내용.

no-program = --row-timeout은 jq 프로그램을 위한 옵션인데 프로그램이 없습니다. --where나 --jq를 추가하거나 이 옵션을 빼세요
no-question = --row-timeout은 jq 프로그램을 위한 옵션인데 프로그램이 없습니다. --where를 추가하거나 이 옵션을 빼세요
describe-csv = --describe는 글이나 JSON으로만 나옵니다. --form csv를 빼거나 --count-by class로 세세요
only-csv = {$option} 옵션은 CSV에만 쓰입니다. 이 옵션을 빼거나 --form csv를 지정하세요
