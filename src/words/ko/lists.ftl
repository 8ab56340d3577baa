# 목록과 프로젝트 설명.

list-no-collection = 서버가 프로젝트 {$project}의 데이터 컬렉션을 알려 주지 않습니다. --data-collection ID를 지정하세요
list-two-projects = {$project}, --project {$other}: 서로 다른 프로젝트입니다. 하나만 지정하세요
list-two-collections = --data-collection과 --project는 각각 데이터 컬렉션을 가리킵니다. 하나만 지정하세요
project-id = 프로젝트
project-title = 제목
project-category = 카테고리
project-description = 설명
project-collection = 데이터 컬렉션
project-tasks = 작업
project-assignments = 할당작업
project-labelling = 라벨링
project-review = 검수
