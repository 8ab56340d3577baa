# Lists, and the description of a project.

list-no-collection = the server does not say which data collection project {$project} has: give --data-collection ID
list-two-projects = {$project} and --project {$other} are two projects: give one of them
list-two-collections = --data-collection and --project name a data collection each: give one of them
project-id = project
project-title = title
project-category = category
project-description = description
project-collection = data collection
project-tasks = tasks
project-assignments = assignments
project-labelling = labelling
project-review = review
